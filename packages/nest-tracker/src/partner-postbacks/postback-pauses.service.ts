import { Inject, Injectable, Logger } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Audit } from '../audit/audit.service.js';
import type { AuditAction } from '../audit/audit-entry.entity.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { reading } from '../storage/transaction-work.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { OutboundPostback } from './outbound-postback.entity.js';
import { type BookedPostback, calledOf } from './postback-book.js';
import { PostbackOutbox } from './postback-outbox.js';
import { PostbackPause } from './postback-pause.entity.js';

const DEFAULT_PAUSE_AFTER = 20;
const DEAD = 2;
/** Who acts when nobody does. */
const TRACKER = 'tracker';

/** Which postbacks are not delivered for the time being, and why. */
@Injectable()
export class PostbackPauses {
  private readonly logger = new Logger(PostbackPauses.name);
  private readonly changes = new Subject<void>();

  /** After every pause and resume by this process; others see it when they next read the catalog. */
  readonly changed$ = this.changes.asObservable();

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
    private readonly outbox: PostbackOutbox,
    private readonly audit: Audit,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  async names(): Promise<ReadonlySet<string>> {
    const rows = await this.storage.manager.find(PostbackPause, { select: { postback: true } });
    return new Set(rows.map(({ postback }) => postback));
  }

  find(postback: string): Promise<PostbackPause | null> {
    return this.storage.manager.findOneBy(PostbackPause, { postback });
  }

  /** What it has to tell waits from now on. Harmless when it is paused already: the first reason stands. */
  async pause(one: BookedPostback, reason: string, actor: string): Promise<void> {
    const pausedAt = this.clock.now();
    const postback = one.name;
    await this.storage.transaction(async (manager) => {
      if (await manager.existsBy(PostbackPause, { postback })) return;
      const insert = manager.createQueryBuilder().insert().into(PostbackPause).values({ postback, pausedAt, reason });
      await insert.orIgnore().updateEntity(false).execute();
      await this.audit.write(manager, { ...audited(one, actor, 'paused'), before: null, after: { reason } });
    });
    this.changes.next();
  }

  /**
   * Delivers what has waited, and what was given up since the last delivery, which is what the pause was for.
   *
   * @returns how many that were given up are tried again
   */
  async resume(one: BookedPostback, actor: string): Promise<number> {
    const postback = one.name;
    await this.storage.transaction(async (manager) => {
      const pause = await manager.findOneBy(PostbackPause, { postback });
      await manager.delete(PostbackPause, { postback });
      const before = pause && { reason: pause.reason };
      await this.audit.write(manager, { ...audited(one, actor, 'resumed'), before, after: null });
    });
    const rows = await this.settled(postback, 10_000);
    const firstDelivered = rows.findIndex(({ state }) => state !== DEAD);
    const given = firstDelivered === -1 ? rows : rows.slice(0, firstDelivered);
    const { queue } = this.outbox.outbox;
    const replayed =
      given.length === 0
        ? 0
        : await queue.replay(
            given.map(({ id }) => id),
            this.clock.now(),
          );
    this.changes.next();
    return replayed;
  }

  /** Pauses a postback that was given up so many times in a row. */
  async pauseIfFailing(one: BookedPostback): Promise<void> {
    const { pauseAfter = DEFAULT_PAUSE_AFTER } = this.options.partnerPostbacks ?? {};
    if (pauseAfter === false) return;
    const rows = await this.settled(one.name, pauseAfter);
    if (rows.length < pauseAfter || rows.some(({ state }) => state !== DEAD)) return;
    const reason = `${pauseAfter} in a row were given up; the last answer: ${rows[0]?.answer ?? 'none'}`;
    await this.pause(one, reason.slice(0, 1_000), TRACKER);
    this.logger.error(`The partner postback ${calledOf(one)} is paused: ${pauseAfter} in a row were given up.`);
  }

  /** What was delivered or given up last, newest first. */
  private async settled(postback: string, limit: number): Promise<{ id: string; state: number; answer: string }[]> {
    const [first, second] = this.storage.dialect === 'postgres' ? ['$1', '$2'] : ['?', '?'];
    const text = `SELECT l.id, q.state, q.answer FROM ${this.storage.rowsOf(OutboundPostback, []).table} l
      LEFT JOIN ${this.outbox.outbox.table} q ON q.id = l.id
      WHERE l.postback = ${first} AND l.settled_at IS NOT NULL ORDER BY l.settled_at DESC, l.id DESC LIMIT ${second}`;
    const rows = await this.storage.read(reading(text, [postback, limit]));
    return rows as unknown as { id: string; state: number; answer: string }[];
  }
}

function audited(one: BookedPostback, actor: string, action: AuditAction) {
  return { actor, action, kind: 'postback', key: calledOf(one) };
}
