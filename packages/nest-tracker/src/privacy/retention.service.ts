import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type EntityTarget, In, LessThan, type ObjectLiteral } from 'typeorm';
import { Click } from '../clicks/click.entity.js';
import { DirectClick } from '../clicks/direct-click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import { LedgerEntry } from '../conversions/ledger-entry.entity.js';
import { SeenDelivery } from '../conversions/seen-delivery.entity.js';
import { Counts } from '../metrics/counts.js';
import { deleteWaiting } from '../partner-postbacks/erase-told.js';
import { OutboundPostback } from '../partner-postbacks/outbound-postback.entity.js';
import { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import { Clock } from '../storage/clock.js';
import { oldestId } from '../storage/oldest-id.js';
import { Partitions } from '../storage/partitions/partitions.service.js';
import { noteRemoved, type SummedTable } from '../storage/removed-rows.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { type RetentionOptions, TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { Sweep } from './sweep.js';
import { VisitorPrivacy } from './visitor-privacy.service.js';

const DAY_MS = 86_400_000;
const INTERVAL_MS = 3_600_000;
/** Rows per transaction: short enough that nobody waits for it. */
const CHUNK = 500;

const DEFAULTS: Required<RetentionOptions> = {
  clicks: false,
  conversions: false,
  inboundLog: 90,
  outboundLog: 90,
  seenDeliveries: 90,
};
const LEAST: Record<keyof RetentionOptions, number> = {
  clicks: 1,
  conversions: 1,
  inboundLog: 1,
  outboundLog: 7,
  seenDeliveries: 7,
};

/** Days of the longest month. */
const MONTH_DAYS = 31;

/** Pages tell a click again within their session; afterwards nobody asks for its identity. */
const DIRECT_CLICK_DAYS = 30;

/** How many rows a sweep has removed. */
export type Swept = Record<keyof RetentionOptions, number>;

/**
 * Removes what is older than the option `retention` says, once an hour: whole months where PostgreSQL keeps them apart,
 * else a little at a time. In several processes on one database each does a part.
 */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Retention.name);
  /** How often something could not be removed, since the process started. */
  readonly failures = new Counts();
  private readonly days: Required<RetentionOptions>;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly partitions: Partitions,
    private readonly privacy: VisitorPrivacy,
    private readonly clock: Clock,
    @Inject(TRACKER_OPTIONS) options: TrackerOptions,
  ) {
    this.days = { ...DEFAULTS, ...defined(options.retention) };
    for (const [name, days] of Object.entries(this.days)) requireDays(name as keyof RetentionOptions, days);
    for (const table of ['dayKeys', 'directClicks', ...Object.keys(this.days)]) this.failures.add({ table }, 0);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweep().catch(({ message }: Error) => this.logger.warn(message));
    }, INTERVAL_MS).unref();
  }

  /** Waits for the chunk that is under way; the rest is for the next start. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running.catch(() => undefined);
  }

  /**
   * Removes everything that is too old, now. Done by itself once an hour.
   *
   * @throws SweepError that says what could not be removed, once everything else has been.
   */
  sweep(): Promise<Swept> {
    const sweep = this.running.catch(() => undefined).then(() => this.run());
    this.running = sweep;
    return sweep;
  }

  private async run(): Promise<Swept> {
    const sweep = new Sweep((table) => this.failures.add({ table }));
    await sweep.step('dayKeys', () => this.privacy.forgetPastDays().then(() => 0));
    await this.remove(sweep, 'directClicks', DirectClick, DIRECT_CLICK_DAYS);
    const { clicks, conversions, inboundLog, outboundLog, seenDeliveries } = this.days;
    const parts = [LedgerEntry, SeenDelivery];
    const swept = {
      clicks: await this.removeSummed(sweep, 'clicks', Click, clicks),
      conversions: await this.removeSummed(sweep, 'conversions', Conversion, conversions, parts),
      inboundLog: await this.remove(sweep, 'inboundLog', InboundPostback, inboundLog),
      outboundLog: await this.remove(sweep, 'outboundLog', OutboundPostback, outboundLog),
      seenDeliveries: await this.remove(sweep, 'seenDeliveries', SeenDelivery, seenDeliveries),
    };
    sweep.end();
    return swept;
  }

  private async removeSummed<Row extends { id: string } & ObjectLiteral>(
    sweep: Sweep,
    table: SummedTable,
    entity: EntityTarget<Row>,
    days: number | false,
    parts: readonly EntityTarget<{ conversionId: string }>[] = [],
  ): Promise<number> {
    if (days === false) return 0;
    const before = this.clock.now() - days * DAY_MS;
    return sweep.step(table, async () => {
      await this.storage.run(() => noteRemoved(this.storage, table, before));
      return this.remove(sweep, table, entity, days, parts);
    });
  }

  /** @param parts What belongs to the rows by `conversionId` and goes with them. */
  private async remove<Row extends { id: string } & ObjectLiteral>(
    sweep: Sweep,
    table: string,
    entity: EntityTarget<Row>,
    days: number | false,
    parts: readonly EntityTarget<{ conversionId: string }>[] = [],
  ): Promise<number> {
    if (days === false) return 0;
    const end = this.clock.now() - days * DAY_MS;
    const inMonths = await sweep.step(table, () => this.dropMonths(sweep, table, entity, end));
    return inMonths + (await sweep.step(table, () => this.removeRows(entity, end, days, parts)));
  }

  /** A month that is in use must not keep the others, nor the rows that lie apart. */
  private async dropMonths(
    sweep: Sweep,
    table: string,
    entity: EntityTarget<ObjectLiteral>,
    end: number,
  ): Promise<number> {
    let removed = 0;
    for (const month of await this.partitions.endedBefore(entity, end)) {
      const drop = () => this.partitions.drop(entity, month);
      removed += await sweep.step(table, drop, ` of ${month.name.replace('_', '-')}`);
    }
    return removed;
  }

  private async removeRows<Row extends { id: string } & ObjectLiteral>(
    entity: EntityTarget<Row>,
    end: number,
    days: number,
    parts: readonly EntityTarget<{ conversionId: string }>[],
  ): Promise<number> {
    let removed = 0;
    // Where whole months go, single rows need not, unless a month more would be more than twice the time that was asked for.
    const before = days < MONTH_DAYS ? oldestId(end) : await this.partitions.withoutMonth(entity, end);
    while (!this.stopped) {
      const count = await this.removeChunk(entity, before, parts);
      removed += count;
      if (count < CHUNK) break;
      // SQLite answers without letting go of the event loop; requests go in between.
      await new Promise(setImmediate);
    }
    return removed;
  }

  private removeChunk<Row extends { id: string } & ObjectLiteral>(
    entity: EntityTarget<Row>,
    before: string,
    parts: readonly EntityTarget<{ conversionId: string }>[],
  ): Promise<number> {
    return this.storage.transaction(async (manager) => {
      // Ids are made in the order of time, so the primary key finds the oldest.
      const rows = await manager.getRepository<{ id: string }>(entity as EntityTarget<{ id: string }>).find({
        select: { id: true },
        where: { id: LessThan(before) },
        order: { id: 'ASC' },
        take: CHUNK,
        // Another process at the same work takes the rows behind these.
        ...(this.storage.dialect === 'postgres' && { lock: { mode: 'pessimistic_write', onLocked: 'skip_locked' } }),
      });
      const ids = rows.map(({ id }) => id);
      if (ids.length === 0) return 0;
      for (const part of parts) await manager.delete(part, { conversionId: In(ids) });
      await manager.delete(entity, ids);
      if (entity === OutboundPostback) await deleteWaiting(manager, ids);
      return ids.length;
    });
  }
}

function defined(options: RetentionOptions = {}): RetentionOptions {
  return Object.fromEntries(Object.entries(options).filter(([, days]) => days !== undefined));
}

function requireDays(name: keyof RetentionOptions, days: number | false): void {
  const least = LEAST[name];
  if (least === undefined) {
    throw new Error(`TrackerModule: retention.${name} is not known; there are ${Object.keys(LEAST).join(', ')}.`);
  }
  if (days === false || (Number.isInteger(days) && days >= least && days <= 36_500)) return;
  throw new Error(`TrackerModule: retention.${name} must be a whole number of days from ${least} on, or false.`);
}
