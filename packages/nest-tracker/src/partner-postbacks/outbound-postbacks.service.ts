import { BadRequestException, ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { idTime } from '@tallyback/protocol';
import { Audit, namedFilters } from '../audit/audit.service.js';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { idsOf, readPeriod } from '../http/period.js';
import { PAGING, requireKnown } from '../http/require-known.js';
import { Clock } from '../storage/clock.js';
import { type IdRange, newestInParts } from '../storage/newest-rows.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { type RawRow, reading } from '../storage/transaction-work.js';
import { OutboundPostback } from './outbound-postback.entity.js';
import {
  type Condition,
  OF_CONVERSION,
  OUTBOUND_FILTERS,
  type OutboundState,
  readOutboundSearch,
  STATES,
  within,
  withoutIndexes,
} from './outbound-search.js';
import { PartnerPostbacks } from './partner-postbacks.service.js';
import { type HoldOf, PostbackHolds } from './postback-holds.js';
import { PostbackOutbox } from './postback-outbox.js';

/** One postback to a partner as the log shows it. */
export interface OutboundPostbackItem {
  readonly id: string;
  readonly state: OutboundState;
  readonly partner: string | null;
  readonly campaign: string | null;
  /** Key of the webhook, also of one that was removed; null for postbacks to partners. */
  readonly webhook: string | null;
  readonly conversionId: string;
  readonly event: string;
  /** Status of the conversion that it tells. */
  readonly status: string;
  /** `conversion` or `backfill`. */
  readonly cause: string;
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
  readonly createdAt: string;
  readonly attempts: number;
  /** When it is tried next, if nothing holds it; null when it waits for an earlier one, and when it is tried no more. */
  readonly nextAttemptAt: string | null;
  /** Why it waits for longer, also when it is due: its postback is paused, or no longer there. Null when nothing holds it. */
  readonly held: string | null;
  readonly settledAt: string | null;
  /** HTTP status of the last answer, when it was delivered or given up with one. */
  readonly answerStatus: number | null;
  /** What the partner answered last, or why there was no answer; shortened, without secrets. Of what is skipped: why. */
  readonly answer: string | null;
}

type LogRow = OutboundPostback & {
  queue: { state: number; attempt: number; dueAt: number | null; answer: string } | null;
};

/** The log of what partners were told. */
@Injectable()
export class OutboundPostbacksService {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly outbox: PostbackOutbox,
    private readonly postbacks: PartnerPostbacks,
    private readonly holds: PostbackHolds,
    private readonly clock: Clock,
    private readonly audit: Audit,
  ) {}

  /**
   * Postbacks that match every filter, newest first.
   *
   * @throws BadRequestException naming a filter that has no sense.
   */
  async list(filters: URLSearchParams, { limit, after }: PageRequest): Promise<Page<OutboundPostbackItem>> {
    const catalog = await this.catalog.snapshot();
    const conditions = readOutboundSearch(filters, catalog);
    const rows = await this.newest(conditions, idsOf(readPeriod(filters), after), limit + 1);
    const holdOf = await this.holds.look();
    return pageOf(rows, limit, (row) => itemOf(row, catalog, holdOf));
  }

  /** One postback, or null. */
  async find(id: string): Promise<OutboundPostbackItem | null> {
    const [row] = await this.read([['l.id = ?', id]], 'DESC', 1);
    return row ? itemOf(row, await this.catalog.snapshot(), await this.holds.look()) : null;
  }

  /**
   * Tries a postback that was given up again, with the whole schedule ahead and under the same id; one that waits for its
   * next attempt is tried now, with what is left of its schedule. What is held goes out when nothing holds it any more.
   *
   * @throws NotFoundException, or ConflictException when there is nothing to try.
   */
  async replay(id: string, actor: string): Promise<OutboundPostbackItem> {
    const item = await this.find(id);
    if (!item) throw new NotFoundException('There is no postback with this id in the outbound log.');
    if (item.state === 'dead') await this.replayIds([id]);
    else if (item.state === 'pending' && item.nextAttemptAt !== null) await this.tryNow(id);
    else throw new ConflictException(`This postback ${whyNot(item)}; one that failed can be replayed.`);
    await this.audited(actor, id, {});
    return (await this.find(id)) ?? item;
  }

  /**
   * Tries everything again that was given up and matches the filters, oldest first.
   *
   * @returns how many, how many of them are held, and the cursor of the next call
   * @throws BadRequestException when no filter is given, or one is not known or has no sense.
   */
  async replayAll(
    filters: URLSearchParams,
    { limit, after }: PageRequest,
    actor: string,
  ): Promise<{ readonly replayed: number; readonly held: number; readonly next: string | null }> {
    if (!OUTBOUND_FILTERS.some((name) => filters.has(name))) {
      throw new BadRequestException(`Say which to replay, by at least one of: ${OUTBOUND_FILTERS.join(', ')}.`);
    }
    requireKnown(filters, [...OUTBOUND_FILTERS, ...PAGING]);
    const range = idsOf(readPeriod(filters));
    const conditions = [...readOutboundSearch(filters, await this.catalog.snapshot()), ...within(range)];
    if (after !== undefined) conditions.push(['l.id > ?', after]);
    const rows = await this.read([...conditions, [STATES.dead]], 'ASC', limit + 1);
    const { items, next } = pageOf(rows, limit, (row) => row);
    const replayed = await this.replayIds(items.map(({ id }) => id));
    const holdOf = await this.holds.look();
    const held = items.filter(({ postback }) => holdOf(postback) !== undefined).length;
    await this.audited(actor, '*', { filters: namedFilters(filters, OUTBOUND_FILTERS), replayed });
    return { replayed, held, next };
  }

  private audited(actor: string, key: string, after: Record<string, unknown>): Promise<void> {
    return this.audit.note({ actor, action: 'replayed', kind: 'postback_out', key, before: null, after });
  }

  private async replayIds(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const replayed = await this.outbox.outbox.queue.replay(ids, this.clock.now());
    this.postbacks.wakeAll();
    return replayed;
  }

  /** Harmless when it is on its way meanwhile. */
  private async tryNow(id: string): Promise<void> {
    const now = this.clock.now();
    const text = `UPDATE ${this.outbox.outbox.table} SET due_at = ? WHERE id = ? AND state = 0 AND due_at > ?`;
    await this.storage.transaction((manager) => manager.query(this.numbered(text), [now, id, now]));
    this.postbacks.wakeAll();
  }

  private async newest(conditions: readonly Condition[], range: IdRange, take: number): Promise<LogRow[]> {
    const isLed = conditions.some(([sql]) => sql === OF_CONVERSION);
    // PostgreSQL finds its own way; on SQLite only an index may, since meanwhile nothing else is answered.
    if (this.storage.dialect === 'postgres' || isLed) return this.read([...conditions, ...within(range)], 'DESC', take);
    const findIn = (part: IdRange, left: number) =>
      this.read([...conditions.map(withoutIndexes), ...within(part)], 'DESC', left);
    return (await newestInParts(this.storage, OutboundPostback, range, { take, findIn })).rows;
  }

  private async read(conditions: readonly Condition[], order: 'ASC' | 'DESC', limit: number): Promise<LogRow[]> {
    const rows = this.storage.rowsOf(OutboundPostback);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}`;
    const text = `SELECT ${rows.selectList('l')}, q.state AS "qState", q.attempt AS "qAttempt", q.due_at AS "qDueAt",
        q.answer AS "qAnswer"
      FROM ${rows.table} l LEFT JOIN ${this.outbox.outbox.table} q ON q.id = l.id
      ${where} ORDER BY l.id ${order} LIMIT ?`;
    const parameters = [...conditions.flatMap(([, ...values]) => values), limit];
    const found = await this.storage.read(reading(this.numbered(text), parameters));
    return found.map((row) => Object.assign(rows.read(row), { queue: queueOf(row) }));
  }

  private numbered(text: string): string {
    if (this.storage.dialect === 'sqlite') return text;
    let n = 0;
    return text.replaceAll('?', () => {
      n += 1;
      return `$${n}`;
    });
  }
}

function whyNot({ state }: OutboundPostbackItem): string {
  if (state === 'pending') return 'waits for an earlier one of its conversion';
  return state === 'sending' ? 'is being sent' : `was ${state}`;
}

function queueOf({ qState, qAttempt, qDueAt, qAnswer }: RawRow): LogRow['queue'] {
  if (qState === null || qState === undefined) return null;
  const dueAt = qDueAt === null ? null : Number(qDueAt);
  return { state: Number(qState), attempt: Number(qAttempt), dueAt, answer: qAnswer as string };
}

function itemOf(row: LogRow, catalog: CatalogSnapshot, holdOf: HoldOf): OutboundPostbackItem {
  const { queue } = row;
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  const state = queue ? (['pending', 'sending', 'dead'] as const)[queue.state] : row.skipped ? 'skipped' : 'delivered';
  return {
    id: row.id,
    state: state ?? 'pending',
    partner: catalog.keyOf('partner', row.partnerId),
    campaign: catalog.keyOf('campaign', row.campaignId),
    webhook: row.webhook,
    conversionId: row.conversionId,
    event: row.event,
    status: row.status,
    cause: row.cause,
    method: row.method,
    url: row.url,
    body: row.body,
    createdAt: new Date(idTime(row.id)).toISOString(),
    attempts: queue?.attempt ?? row.attempts ?? 0,
    nextAttemptAt: queue?.state === 0 ? time(queue.dueAt) : null,
    held: (queue?.state === 0 && holdOf(row.postback)) || null,
    settledAt: queue && queue.state !== 2 ? null : time(row.settledAt),
    answerStatus: queue && queue.state !== 2 ? null : row.answerStatus,
    answer: queue ? queue.answer : (row.skipped ?? row.answer),
  };
}
