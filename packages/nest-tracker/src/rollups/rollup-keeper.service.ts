import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { type TransactionWork, writing } from '../storage/transaction-work.js';
import { DAY_MS } from './cubes.js';
import { DayVisitor } from './day-visitor.entity.js';
import { foldQuery } from './fold-query.js';
import { tryLockRollups } from './rollups-lock.js';

const INTERVAL_MS = 600_000;
/** Rows per transaction: short enough that nobody waits for it. */
const CHUNK = 2_000;
const LANES_CHUNK = 20_000;
/** Buckets that begun longer ago are hardly added to any more. */
const HOT_MS = 7_200_000;
/** A clock that is a little behind may still count visitors for yesterday. */
const VISITOR_DAYS = 1;

/** Keeps the rollups small: adds lanes up whose time is over, and forgets the visitors of past days. */
@Injectable()
export class RollupKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RollupKeeper.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.tidy().catch((error: Error) =>
        this.logger.warn(`Rollups could not be tidied up now, and will be later: ${error.name}: ${error.message}`),
      );
    }, INTERVAL_MS).unref();
  }

  /** Waits for the transaction that is under way; the rest is for the next start. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running?.catch(() => undefined);
  }

  /** Done by itself every ten minutes. */
  tidy(): Promise<void> {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async run(): Promise<void> {
    if (this.storage.dialect === 'postgres') await this.untilNothing(() => this.fold());
    await this.untilNothing(() => this.forgetVisitors());
  }

  private async untilNothing(work: () => TransactionWork<number>): Promise<void> {
    while (!this.stopped && (await this.storage.run(work)) > 0) await new Promise(setImmediate);
  }

  private *fold(): TransactionWork<number> {
    if (!(yield* tryLockRollups(this.storage))) return 0;
    const { changes } = yield foldQuery(this.storage, this.clock.now() - HOT_MS, LANES_CHUNK);
    return changes;
  }

  private *forgetVisitors(): TransactionWork<number> {
    const { table } = this.storage.rowsOf(DayVisitor);
    const before = Math.floor(this.clock.now() / DAY_MS) - VISITOR_DAYS;
    const bound = this.storage.dialect === 'postgres' ? '$1' : '?';
    const text = `DELETE FROM ${table} WHERE (day, campaign_id, visitor) IN
      (SELECT day, campaign_id, visitor FROM ${table} WHERE day < ${bound} LIMIT ${CHUNK})`;
    const { changes } = yield writing(text, [before]);
    return changes;
  }
}
