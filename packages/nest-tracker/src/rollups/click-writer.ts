import { Click } from '../clicks/click.entity.js';
import { type InsertQueries, insertQueries, writeAll } from '../storage/insert-queries.js';
import type { BulkInsert, TrackerStorage } from '../storage/tracker-storage.js';
import type { TransactionWork } from '../storage/transaction-work.js';
import { clicksStatement } from './clicks-statement.js';
import { DAY_MS } from './cubes.js';
import { DayVisitor } from './day-visitor.entity.js';
import type { Rollup } from './rollup.entity.js';
import { newLane, rollupUpserts } from './rollup-queries.js';
import { RollupSums } from './rollup-sums.js';
import { SeenVisitors } from './seen-visitors.js';

/** The first click of a visitor whom this process has not seen in the campaign on the day. */
export interface Newcomer {
  readonly key: string;
  readonly click: Click;
  readonly day: number;
}

/** Stores clicks: whether each is its visitor's first, the rows themselves, and what they add to the rollups. */
export class ClickWriter {
  private readonly seen = new SeenVisitors();
  private readonly lane: number;
  private readonly visitors: InsertQueries<DayVisitor>;
  private readonly clicks: InsertQueries<Click>;
  private readonly rollups: InsertQueries<Rollup>;
  private readonly atOnce: ReturnType<typeof clicksStatement>;

  /**
   * One that writes one batch at a time, on SQLite one transaction: there a batch may begin while another is waited for.
   * Writers side by side need one each.
   */
  constructor(private readonly storage: TrackerStorage) {
    const { dialect } = storage;
    this.lane = newLane(storage);
    this.visitors = insertQueries(storage.rowsOf(DayVisitor), dialect, ' ON CONFLICT DO NOTHING');
    this.clicks = insertQueries(storage.rowsOf(Click), dialect);
    this.rollups = rollupUpserts(storage);
    this.atOnce = clicksStatement(storage);
  }

  /** Stores clicks in a transaction of their own. */
  readonly insert: BulkInsert<Click> = async (clicks) => {
    if (this.storage.dialect === 'sqlite') {
      const newcomers = await this.storage.run(() => this.write(clicks));
      return this.committed(newcomers);
    }
    const newcomers = this.newcomers(clicks);
    // One statement is its own transaction: no round trips for BEGIN and COMMIT.
    const rows = await this.storage.single(this.atOnce.name, this.atOnce.query(clicks, newcomers, this.lane));
    this.atOnce.result(clicks, rows);
    this.committed(newcomers);
  };

  /** Stores clicks within a transaction; what it answers is for `committed`. */
  *write(clicks: readonly Click[]): TransactionWork<readonly Newcomer[]> {
    if (clicks.length === 0) return [];
    const newcomers = this.newcomers(clicks);
    if (this.storage.dialect === 'postgres') {
      const { rows } = yield this.atOnce.query(clicks, newcomers, this.lane);
      this.atOnce.result(clicks, rows);
      return newcomers;
    }
    for (const click of clicks) click.unique = false;
    for (const { click, day } of newcomers) {
      const { campaignId, visitor } = click;
      click.unique = (yield* writeAll(this.visitors([{ day, campaignId, visitor }]))) === 1;
    }
    yield* writeAll(this.clicks(clicks));
    const sums = new RollupSums(this.lane);
    for (const click of clicks) {
      const atom = sums.addClick(click);
      if (click.unique) atom.uniqueClicks++;
    }
    yield* writeAll(this.rollups(sums.rows()));
    return newcomers;
  }

  /** To be called when the transaction of `write` has been committed: its visitors need not be looked for again. */
  committed(newcomers: readonly Newcomer[]): void {
    for (const { key } of newcomers) this.seen.add(key);
  }

  /** In one order in every process: two transactions must not wait for each other. */
  private newcomers(clicks: readonly Click[]): Newcomer[] {
    const found = new Map<string, Newcomer>();
    for (const click of clicks) {
      if (click.kind !== 'click' || click.bot) continue;
      const day = Math.floor(click.at / DAY_MS);
      const key = `${day} ${click.campaignId} ${click.visitor}`;
      if (!found.has(key) && !this.seen.has(key)) found.set(key, { key, click, day });
    }
    return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}
