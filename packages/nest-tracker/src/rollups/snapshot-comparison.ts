import type { DataSource } from 'typeorm';
import { Conversion } from '../conversions/conversion.entity.js';
import { ownConnection } from '../storage/own-connection.js';
import { rowSlices } from '../storage/row-slices.js';
import { readOnSqlite } from '../storage/run-work.js';
import { type SqliteConnection, sqliteConnectionOf } from '../storage/sqlite-connection.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import type { Query, RawRow } from '../storage/transaction-work.js';
import { correctionQueries } from './corrections.js';
import { clickedOnQuery } from './occupied-days.js';
import type { Rollup } from './rollup.entity.js';
import type { differenceQueries, Stretch } from './rollup-difference.js';
import { ROLLUP_FIGURES } from './rollup-queries.js';

type Figures = Record<string, number | bigint>;

/** What a comparison found. */
export interface Compared {
  readonly rollups: readonly Rollup[];
  /** The last correction that it has seen. */
  readonly correction: unknown;
}

/**
 * Compares rollups of SQLite with their rows a few at a time, on a connection of its own that sees the file as it was when
 * the comparison began: clicks and postbacks are written and answered meanwhile.
 */
export class SnapshotComparison {
  private readonly prepared = new Map();
  private readonly connection: SqliteConnection;
  private readonly corrections: ReturnType<typeof correctionQueries>;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly storage: TrackerStorage,
    private readonly difference: ReturnType<typeof differenceQueries>,
  ) {
    this.connection = sqliteConnectionOf(dataSource);
    this.corrections = correctionQueries(storage);
  }

  /** @returns Nothing on PostgreSQL, and where there is no file that a second connection could open. */
  static async open(
    storage: TrackerStorage,
    difference: ReturnType<typeof differenceQueries>,
  ): Promise<SnapshotComparison | undefined> {
    const reader = ownConnection(storage.dataSource);
    if (!reader) return undefined;
    await reader.initialize();
    return new SnapshotComparison(reader, storage, difference);
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }

  /** The days of {@link clickedOnQuery}. */
  async clickedOn(): Promise<ReadonlySet<number>> {
    const { table } = this.storage.rowsOf(Conversion, ['id']);
    const days = new Set<number>();
    for await (const { from, to } of rowSlices(this.read, { table, column: 'id' }, { from: '', to: undefined })) {
      const query = clickedOnQuery(this.storage, ' WHERE t.id >= ? AND t.id < ?', [
        String(from ?? ''),
        String(to ?? '~'),
      ]);
      for (const { day } of this.read(query)) days.add(Number(day));
    }
    return days;
  }

  /** What has to be added to the rollups of a stretch of time, as one statement would find it. */
  async compare(stretch: Stretch): Promise<Compared> {
    const found = new Map<string, Rollup>();
    let correction: unknown;
    this.connection.exec('BEGIN');
    try {
      // The first statement is what fixes the moment.
      correction = this.read(this.corrections.last)[0]?.value;
      for (const row of this.read(this.difference.sums(stretch))) this.add(found, row, stretch, -1);
      const { order, bounds } = this.difference.rowOrder(stretch);
      for await (const slice of rowSlices(this.read, order, bounds)) {
        for (const row of this.read(this.difference.rows(stretch, slice))) this.add(found, row, stretch, 1);
      }
    } finally {
      this.connection.exec('ROLLBACK');
    }
    const rollups = [...found.values()].filter((one) => ROLLUP_FIGURES.some((name) => Number(one[name]) !== 0));
    return { rollups, correction };
  }

  private readonly read = (query: Query): readonly RawRow[] => readOnSqlite(this.connection, this.prepared, query);

  private add(found: Map<string, Rollup>, row: RawRow, stretch: Stretch, sign: 1 | -1): void {
    const rollup = this.difference.read(row, stretch);
    const key = this.difference.keyOf(rollup);
    const known = found.get(key);
    if (!known && sign > 0) {
      found.set(key, rollup);
      return;
    }
    const sum = (known ?? rollup) as unknown as Figures;
    const added = rollup as unknown as Figures;
    for (const name of ROLLUP_FIGURES) {
      const [before, more] = [known ? sum[name] : 0, added[name]];
      sum[name] =
        typeof more === 'bigint' ? BigInt(before ?? 0) + BigInt(sign) * more : Number(before) + sign * Number(more);
    }
    if (!known) found.set(key, rollup);
  }
}
