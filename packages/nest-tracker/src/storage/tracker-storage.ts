import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { type BulkInsert, createBulkInsert } from './bulk-insert.js';
import { type Dialect, dialectOf } from './dialect.js';
import { whileBusy } from './sqlite-busy.js';
import { SqliteTurns } from './sqlite-turns.js';

/** The tracker's way to the database: one place that knows how each of the two wants to be written to. */
export class TrackerStorage implements OnApplicationShutdown {
  readonly dialect: Dialect;
  private readonly turns: SqliteTurns | undefined;

  /** @param lent The host's data source, if there is one; it is the same one, or has the same SQLite file open. */
  constructor(
    readonly dataSource: DataSource,
    private readonly lent?: DataSource,
  ) {
    this.dialect = dialectOf(dataSource);
    this.turns = this.dialect === 'sqlite' ? new SqliteTurns(dataSource, lent) : undefined;
  }

  /** For reads outside a transaction. */
  get manager(): EntityManager {
    return this.dataSource.manager;
  }

  /** Runs `work` in one transaction: everything in it is stored, or nothing. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const run = () => this.dataSource.transaction(work);
    return this.turns ? this.turns.take(() => whileBusy(run)) : run();
  }

  /** A bulk insert for one table that respects the turns of SQLite. */
  bulkInsert<Row extends ObjectLiteral>(entity: EntityTarget<Row>): BulkInsert<Row> {
    const insert = createBulkInsert<Row>(this.dataSource, entity);
    const { turns } = this;
    return turns ? (rows) => turns.take(() => insert(rows)) : insert;
  }

  /** After the last request has been answered; a host's data source is left to the host. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource !== this.lent && this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /** Locks rows read inside a transaction until it ends. SQLite needs none: it has one writer. */
  get lockForUpdate(): { lock: { mode: 'pessimistic_write' } } | Record<string, never> {
    return this.dialect === 'postgres' ? { lock: { mode: 'pessimistic_write' } } : {};
  }
}
