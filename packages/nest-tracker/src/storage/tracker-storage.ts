import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { DurationHistogram } from '../metrics/duration-histogram.js';
import { type Dialect, dialectOf } from './dialect.js';
import { type EntityRows, entityRows } from './entity-rows.js';
import { insertQueries, writeAll } from './insert-queries.js';
import { type PreparedStatements, readOnSqlite, runNamed, runOnPostgres, runOnSqlite } from './run-work.js';
import { whileBusy } from './sqlite-busy.js';
import { sqliteConnectionOf } from './sqlite-connection.js';
import { FLUSHES_AT_ONCE, SqliteLog } from './sqlite-log.js';
import { SqliteTurns } from './sqlite-turns.js';
import { DatabaseClosedError } from './storage-failure.js';
import type { Query, RawRow, TransactionWork } from './transaction-work.js';

/** Writes many rows in one commit. */
export type BulkInsert<Row> = (rows: readonly Row[]) => Promise<void>;

/** The tracker's way to the database: one place that knows how each of the two wants to be written to. */
export class TrackerStorage implements OnApplicationShutdown {
  readonly dialect: Dialect;
  /** Of the transactions of `run` and `bulkInsert`, waiting for their turn included. */
  readonly durations = new DurationHistogram();
  private readonly turns: SqliteTurns | undefined;
  private readonly prepared: PreparedStatements = new Map();
  private readonly log: SqliteLog | undefined;

  /**
   * @param lent The host's data source, if there is one; it is the same one, or has the same SQLite file open.
   * @param inMonths Whether clicks lie in partitions by the month, which tells as well that the database orders ids as we do.
   */
  constructor(
    readonly dataSource: DataSource,
    readonly lent?: DataSource,
    readonly inMonths = false,
  ) {
    this.dialect = dialectOf(dataSource);
    this.turns = this.dialect === 'sqlite' ? new SqliteTurns(dataSource, lent) : undefined;
    this.log = this.dialect === 'sqlite' ? SqliteLog.of(sqliteConnectionOf(dataSource)) : undefined;
  }

  /** How many transactions that are waited for at once pay. */
  get transactionsAtOnce(): number {
    return this.log ? FLUSHES_AT_ONCE : 1;
  }

  /** For reads outside a transaction. */
  get manager(): EntityManager {
    return this.dataSource.manager;
  }

  /** Runs `work` in one transaction: everything in it is stored, or nothing. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const run = () => this.dataSource.transaction(work);
    return this.turns ? this.turn(run) : run();
  }

  /**
   * Runs statements of our own in one transaction, past TypeORM: for what happens many thousand times a second. Resolves
   * when it is on the disk; on SQLite the next one may be made while the disk is waited for.
   *
   * @param work Called again when the database was busy.
   */
  run<T>(work: () => TransactionWork<T>): Promise<T> {
    if (!this.turns) return this.timed(() => runOnPostgres(this.dataSource, work));
    const run = async () => runOnSqlite(sqliteConnectionOf(this.dataSource), this.prepared, work, this.log);
    return this.timed(async () => {
      const result = await this.turn(run);
      await this.log?.flush();
      return result;
    });
  }

  /** Runs one reading statement of our own, outside a transaction. */
  async read({ text, parameters }: Query): Promise<readonly RawRow[]> {
    if (this.dialect === 'sqlite') {
      const connection = sqliteConnectionOf(this.dataSource);
      if (!connection.open) throw new DatabaseClosedError();
      return readOnSqlite(connection, this.prepared, { text, parameters });
    }
    return this.dataSource.query<RawRow[]>(text, [...parameters]);
  }

  /** Runs one writing statement of our own on PostgreSQL, as a transaction of its own, prepared under a name. */
  single(name: string, query: Query): Promise<readonly RawRow[]> {
    return this.timed(() => runNamed(this.dataSource, name, query));
  }

  /** How an entity is written and read by statements of our own. */
  rowsOf<Row extends ObjectLiteral>(
    entity: EntityTarget<Row>,
    only?: readonly (keyof Row & string)[],
  ): EntityRows<Row> {
    return entityRows<Row>(this.dataSource.getMetadata(entity), this.dialect, only);
  }

  /** A bulk insert for one table. */
  bulkInsert<Row extends ObjectLiteral>(entity: EntityTarget<Row>): BulkInsert<Row> {
    const queriesOf = insertQueries(this.rowsOf(entity), this.dialect);
    if (this.dialect === 'sqlite') {
      return async (rows) => {
        await this.run(() => writeAll(queriesOf(rows)));
      };
    }
    // One statement is its own transaction: no round trips for BEGIN and COMMIT.
    return async (rows) => {
      for (const { text, parameters } of queriesOf(rows)) {
        await this.timed(() => this.dataSource.query(text, [...parameters]));
      }
    };
  }

  /** Runs a transaction when it is the only one, and again while another process writes. */
  private turn<T>(transaction: () => Promise<T>): Promise<T> {
    const { turns, dataSource, log } = this;
    const run = () => {
      // Asked of a closed connection, libsql may abort the whole process; and the pauses are long enough to close it.
      if (!sqliteConnectionOf(dataSource).open) throw new DatabaseClosedError();
      log?.mend();
      return transaction();
    };
    return (turns as SqliteTurns).take(() => whileBusy(async () => run()));
  }

  private async timed<T>(write: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await write();
    } finally {
      this.durations.observe((performance.now() - start) / 1000);
    }
  }

  /** After the last request has been answered; a host's data source is left to the host. */
  async onApplicationShutdown(): Promise<void> {
    await this.log?.close();
    if (this.dataSource !== this.lent && this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /** Locks rows read inside a transaction until it ends. SQLite needs none: it has one writer. */
  get lockForUpdate(): { lock: { mode: 'pessimistic_write' } } | Record<string, never> {
    return this.dialect === 'postgres' ? { lock: { mode: 'pessimistic_write' } } : {};
  }
}
