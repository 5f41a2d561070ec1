import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../storage/clock.js';
import { type InsertQueries, writeAll } from '../storage/insert-queries.js';
import { removedBefore, type SummedTable } from '../storage/removed-rows.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { patience, type TransactionWork } from '../storage/transaction-work.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { correctionQueries } from './corrections.js';
import { ALL_CUBES, DAY_MS } from './cubes.js';
import { clickedOnQuery, OccupiedDays } from './occupied-days.js';
import type { Basis, Rollup } from './rollup.entity.js';
import { differenceQueries, type Stretch } from './rollup-difference.js';
import { rollupUpserts } from './rollup-queries.js';
import { lockRollups } from './rollups-lock.js';
import { type Compared, SnapshotComparison } from './snapshot-comparison.js';

/** What is to be compared, and whether what differs is to be put right. */
export interface RebuildRequest {
  /** Inclusive, epoch milliseconds; rounded down to a UTC day. Default: from the beginning. */
  readonly from?: number | undefined;
  /** Exclusive, epoch milliseconds; rounded up to a UTC day. Default: to the end. */
  readonly to?: number | undefined;
  /** Compare and write nothing. Default false. */
  readonly verify?: boolean | undefined;
}

/** What a comparison of rollups and rows found. */
export interface RebuildResult {
  /** The UTC days that were compared, `to` exclusive, epoch milliseconds; null when there was nothing. */
  readonly from: number | null;
  readonly to: number | null;
  /** Sums that were not what the rows say; 0 is the proof that every report from rollups is right. */
  readonly differing: number;
  /** Of these, the clicks or conversions too many or too few, without regard to the sign. */
  readonly counted: number;
  /** Whether they have been put right. */
  readonly corrected: boolean;
}

/** How long a comparison may take: a day of many millions of clicks has to be seen as it is at one moment. */
const PATIENCE_MS = 3_600_000;

/** Days that one transaction compares. Conversions are fewer, and have no index by the time of their click. */
const DAYS: Readonly<Record<Basis, number>> = { visit: 1, occurred: 31, clicked: 31 };

/** Compares rollups with the rows that they are the sums of, and puts right what differs. */
@Injectable()
export class RollupRebuild implements OnModuleInit {
  private difference: ReturnType<typeof differenceQueries>;
  private upserts: InsertQueries<Rollup>;
  private corrections: ReturnType<typeof correctionQueries>;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  onModuleInit(): void {
    this.difference = differenceQueries(this.storage);
    this.upserts = rollupUpserts(this.storage);
    this.corrections = correctionQueries(this.storage);
  }

  /**
   * Goes through the days one by one, while traffic goes on. What retention has removed stays in the rollups: days that
   * may have lost rows are left alone.
   */
  async rebuild(request: RebuildRequest = {}): Promise<RebuildResult> {
    const comparison = await SnapshotComparison.open(this.storage, this.difference);
    try {
      return await this.rebuildBy(comparison, request);
    } finally {
      await comparison?.close();
    }
  }

  private async rebuildBy(comparison: SnapshotComparison | undefined, request: RebuildRequest): Promise<RebuildResult> {
    const { from, to, verify = false } = request;
    const clickedOn = (await comparison?.clickedOn()) ?? (await this.unhurried(() => this.clickedOn()));
    const occupied = new OccupiedDays(this.storage, clickedOn);
    const bounds = await this.unhurried(() => occupied.bounds());
    const first = startOfDay(Math.max(from ?? bounds.from, bounds.from));
    const last = startOfDay(Math.min(to ?? bounds.to, bounds.to) + DAY_MS - 1);
    let differing = 0;
    let counted = 0;
    const whole = { clicks: await this.wholeSince('clicks'), conversions: await this.wholeSince('conversions') };
    for await (const stretch of this.stretches(occupied, first, last, whole)) {
      const rows = comparison
        ? await this.compareAside(comparison, stretch, verify)
        : await this.unhurried(() => this.compare(stretch, verify));
      differing += rows.length;
      for (const row of rows) counted += weightOf(row);
      // Where SQLite answers without letting go of the event loop, requests go in between.
      await new Promise(setImmediate);
    }
    const any = first < last;
    return { from: any ? first : null, to: any ? last : null, differing, counted, corrected: differing > 0 && !verify };
  }

  /** Where the first day begins that has lost no rows to retention: to what is set now, or was set before. */
  private async wholeSince(table: SummedTable): Promise<number> {
    const days = this.options.retention?.[table] ?? false;
    const now = days === false ? Number.NEGATIVE_INFINITY : this.clock.now() - days * DAY_MS;
    const removed = (await removedBefore(this.storage, table)) ?? Number.NEGATIVE_INFINITY;
    const latest = Math.max(now, removed);
    // Two days more: the one that has lost some, and one for a sweep at this moment.
    return Number.isFinite(latest) ? startOfDay(latest + 2 * DAY_MS) : latest;
  }

  private *compare(stretch: Stretch, verify: boolean): TransactionWork<Rollup[]> {
    yield* lockRollups(this.storage);
    const { rows } = yield this.difference.query(stretch);
    const found = rows.map((row) => this.difference.read(row, stretch));
    if (!verify) yield* writeAll(this.upserts(found));
    return found;
  }

  /** Again where somebody else has put sums right in between. */
  private async compareAside(
    comparison: SnapshotComparison,
    stretch: Stretch,
    verify: boolean,
  ): Promise<readonly Rollup[]> {
    for (;;) {
      const compared = await comparison.compare(stretch);
      const { rollups } = compared;
      if (verify || rollups.length === 0 || (await this.storage.run(() => this.correct(compared)))) return rollups;
    }
  }

  /** @returns whether what was found still held. */
  private *correct({ rollups, correction }: Compared): TransactionWork<boolean> {
    const { last, note } = this.corrections;
    const { rows } = yield last;
    if (rows[0]?.value !== correction) return false;
    yield* writeAll(this.upserts(rollups));
    yield note();
    return true;
  }

  private unhurried<T>(work: () => TransactionWork<T>): Promise<T> {
    const postgres = this.storage.dialect === 'postgres';
    return this.storage.run(function* () {
      if (postgres) yield patience(PATIENCE_MS);
      return yield* work();
    });
  }

  private *clickedOn(): TransactionWork<number[]> {
    const { rows } = yield clickedOnQuery(this.storage);
    return rows.map(({ day }) => Number(day));
  }

  /** What is compared at once, one after the other; where there is nothing there is nothing to compare. */
  private async *stretches(
    occupied: OccupiedDays,
    first: number,
    last: number,
    whole: Readonly<Record<SummedTable, number>>,
  ): AsyncGenerator<Stretch> {
    for (const basis of ['visit', 'occurred', 'clicked'] as const) {
      let to = Math.max(first, basis === 'visit' ? whole.clicks : whole.conversions);
      for (;;) {
        const next = await this.unhurried(() => occupied.next(basis, to));
        if (next === undefined || next >= last) break;
        const from = startOfDay(next);
        to = Math.min(from + DAYS[basis] * DAY_MS, last);
        for (const cube of ALL_CUBES) yield { cube, basis, from, to };
      }
    }
  }
}

function startOfDay(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}

function weightOf(row: Rollup): number {
  const { clicks, bots, others, approved, pending, rejected, refunded } = row;
  return [clicks, bots, others, approved, pending, rejected, refunded].reduce((sum, n) => sum + Math.abs(n), 0);
}
