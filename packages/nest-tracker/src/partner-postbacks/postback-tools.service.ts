import { Injectable, NotFoundException } from '@nestjs/common';
import { createId, idLowerBound } from '@tallyback/protocol';
import { sendOnce } from '@tallyback/sdk-node/outbox';
import { And, In, LessThan, MoreThan } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { Click } from '../clicks/click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import type { FrozenRequest } from './compile-postback.js';
import { macroValues } from './macro-values.js';
import { OutboundPostback } from './outbound-postback.entity.js';
import { partnerDestination } from './partner-destination.js';
import { PartnerPostbacks } from './partner-postbacks.service.js';
import { type BookedPostback, calledOf } from './postback-book.js';
import { PostbackPauses } from './postback-pauses.service.js';
import { PostbackPlanner } from './postback-planner.js';

/** Names one postback: the owner's kind and key, and its own key. */
export type PostbackAddress = Pick<BookedPostback, 'owner' | 'ownerKey' | 'key'>;

/** How a postback is doing. */
export interface PostbackStatus {
  readonly key: string;
  /** The template that it is sent to. */
  readonly url: string;
  readonly paused: boolean;
  readonly pausedAt: string | null;
  readonly reason: string | null;
}

/** What one call of a backfill did. */
export interface Backfilled {
  /** How many conversions were looked at. */
  readonly looked: number;
  /** How many postbacks were stored to be sent, or as skipped. */
  readonly stored: number;
  /** Cursor of the next call; null when all are through. */
  readonly next: string | null;
}

/** What a test send did. */
export interface TestSend {
  readonly request: FrozenRequest;
  /** `delivered`, `retry` or `dead`: what it would mean for a postback. */
  readonly outcome: string;
  readonly why: string | null;
  readonly answer: { readonly status: number; readonly body: string } | null;
}

const BATCH = 200;

/** What people do with one postback: try it, stop it, have it go on, have it tell of what came before. */
@Injectable()
export class PostbackTools {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly planner: PostbackPlanner,
    private readonly pauses: PostbackPauses,
    private readonly postbacks: PartnerPostbacks,
    private readonly clock: Clock,
    private readonly audit: Audit,
  ) {}

  /** The postbacks of a partner or campaign, in the order of its list. */
  async list({ owner, ownerKey }: Omit<PostbackAddress, 'key'>): Promise<PostbackStatus[]> {
    const catalog = await this.catalog.snapshot();
    const owners = owner === 'partner' ? catalog.partnersByKey : catalog.campaignsByKey;
    if (!owners.has(ownerKey)) throw new NotFoundException(`There is no ${owner} with this key.`);
    const { byName } = this.planner.bookOf(catalog);
    const own = [...byName.values()].filter((one) => one.owner === owner && one.ownerKey === ownerKey);
    return Promise.all(own.map((one) => this.statusOf(one)));
  }

  /** @throws NotFoundException */
  async status(address: PostbackAddress): Promise<PostbackStatus> {
    return this.statusOf(await this.find(address));
  }

  /** What it has to tell waits from now on; what is on its way from this process is cut off. @throws NotFoundException */
  async pause(address: PostbackAddress, reason: string, actor: string): Promise<PostbackStatus> {
    const one = await this.find(address);
    await this.pauses.pause(one, reason, actor);
    await this.postbacks.realign();
    return this.statusOf(one);
  }

  /** Delivers what has waited and what was given up before the pause. @throws NotFoundException */
  async resume(address: PostbackAddress, actor: string): Promise<PostbackStatus & { readonly replayed: number }> {
    const one = await this.find(address);
    const replayed = await this.pauses.resume(one, actor);
    return { ...(await this.statusOf(one)), replayed };
  }

  /**
   * Tells of conversions that arrived from `from` on and before `to` without being told of by this postback, as they
   * stand now; at most `limit` conversions a call.
   *
   * @throws NotFoundException
   */
  async backfill(
    address: PostbackAddress,
    { from, to, limit, after }: { from: number; to: number; limit: number; after: string | undefined },
    actor: string,
  ): Promise<Backfilled> {
    const one = await this.find(address);
    const found = await this.conversionsOf(one, { from, to, limit: limit + 1, after });
    const rows = found.slice(0, limit);
    let stored = 0;
    for (let i = 0; i < rows.length; i += BATCH) stored += await this.tell(one, rows.slice(i, i + BATCH));
    const [since, until] = [from, to].map((time) => new Date(time).toISOString());
    const what = { from: since, to: until, looked: rows.length, stored };
    await this.audit.note({
      actor,
      action: 'backfilled',
      kind: 'postback',
      key: calledOf(one),
      before: null,
      after: what,
    });
    return { looked: rows.length, stored, next: found.length > limit ? (rows[rows.length - 1]?.id ?? null) : null };
  }

  /** Sends one made-up conversion now, outside the queue; nothing is stored. @throws NotFoundException */
  async test(address: PostbackAddress, clickId?: string): Promise<TestSend> {
    const one = await this.find(address);
    const catalog = await this.catalog.snapshot();
    const now = this.clock.now();
    const click = clickId === undefined ? null : await this.storage.manager.findOneBy(Click, { id: clickId });
    if (clickId !== undefined && !click) throw new NotFoundException('There is no click with this id.');
    const told = macroValues(sampleConversion(one, click, now), click, catalog);
    const values = (macro: string) => told(macro) ?? (macro === 'external_id' ? 'test' : undefined);
    const request = one.compiled.render(values);
    const destination = partnerDestination(one.compiled.definition, this.catalog.postbackOptions);
    const { verdict, answer } = await sendOnce(destination, { id: createId(now), body: JSON.stringify(request), now });
    const why = 'why' in verdict ? verdict.why : null;
    return { request, outcome: verdict.outcome, why, answer: answer ?? null };
  }

  private async statusOf({ name, key, compiled }: BookedPostback): Promise<PostbackStatus> {
    const pause = await this.pauses.find(name);
    const pausedAt = pause ? new Date(pause.pausedAt).toISOString() : null;
    return { key, url: compiled.definition.url, paused: pause !== null, pausedAt, reason: pause?.reason ?? null };
  }

  private async find({ owner, ownerKey, key }: PostbackAddress): Promise<BookedPostback> {
    const book = this.planner.bookOf(await this.catalog.snapshot());
    const found = book.find(owner, ownerKey, key);
    if (found) return found;
    throw new NotFoundException(`The ${owner} "${ownerKey}" has no postback "${key.slice(0, 64)}".`);
  }

  private async conversionsOf(
    { owner, name }: BookedPostback,
    { from, to, limit, after }: { from: number; to: number; limit: number; after: string | undefined },
  ): Promise<Conversion[]> {
    const ownerId = name.slice(0, name.lastIndexOf('.'));
    const lower = idLowerBound(from);
    return this.storage.manager.find(Conversion, {
      where: {
        [owner === 'partner' ? 'partnerId' : 'campaignId']: ownerId,
        id: And(MoreThan(after !== undefined && after > lower ? after : lower), LessThan(idLowerBound(to))),
      },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** One transaction, in which the conversions stay as they are. */
  private async tell(one: BookedPostback, conversions: readonly Conversion[]): Promise<number> {
    const plan = await this.planner.plan();
    const ids = conversions.map(({ id }) => id);
    const planned = await this.storage.transaction(async (manager) => {
      const standing = await manager.find(Conversion, { where: { id: In(ids) }, ...this.storage.lockForUpdate });
      const told = await manager.find(OutboundPostback, {
        select: { conversionId: true },
        where: { postback: one.name, conversionId: In(ids) },
      });
      const done = new Set(told.map(({ conversionId }) => conversionId));
      const clicks = await manager.findBy(Click, { id: In(standing.flatMap(({ clickId }) => clickId ?? [])) });
      const clickOf = new Map(clicks.map((click) => [click.id, click]));
      const late = standing
        .filter(({ id }) => !done.has(id))
        .flatMap((row) => plan.late(one, row, clickOf.get(row.clickId ?? '') ?? null, this.clock.now()) ?? []);
      await this.planner.writeWith(manager, late);
      return late;
    });
    this.planner.committed(planned);
    return planned.length;
  }
}

function sampleConversion({ compiled }: BookedPostback, click: Click | null, now: number): Conversion {
  const { on = ['purchase'], status = ['approved'] } = compiled.definition;
  return Object.assign(new Conversion(), {
    id: createId(now),
    advertiserId: click?.advertiserId ?? '',
    campaignId: click?.campaignId ?? null,
    offerId: click?.offerId ?? null,
    partnerId: click?.partnerId ?? null,
    clickId: click?.id ?? createId(now),
    event: on[0] ?? 'purchase',
    transactionId: `test-${createId(now)}`,
    status: status[0] ?? 'approved',
    revenue: 100n,
    payout: 10n,
    currency: click?.currency ?? 'EUR',
    occurredAt: now,
  });
}
