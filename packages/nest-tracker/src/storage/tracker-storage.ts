import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { DurationHistogram } from '../metrics/duration-histogram.js';
import { type Dialect, dialectOf } from './dialect.js';
import { type EntityRows, entityRows } from './entity-rows.js';
import { insertQueries, writeAll } from './insert-queries.js';
import { type PreparedStatements, readOnSqlite, runNamed, runOnPostgres, runOnSqlite } from './run-work.js';
import { whileBusy } from './sqlite-busy.js';
import { commitUnderWay, SqliteCommits } from './sqlite-commit.js';
import { type SqliteConnection, sqliteConnectionOf } from './sqlite-connection.js';
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
  private readonly commit: (connection: SqliteConnection) => Promise<void> | void;

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
    // On the host's own connection its statements would slip in before the end of the transaction.
    this.commit = lent === dataSource ? commitHere : new SqliteCommits().commit;
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

  /**
   * Runs statements of our own in one transaction, past TypeORM: for what happens many thousand times a second.
   *
   * @param work Called again when the database was busy.
   */
  run<T>(work: () => TransactionWork<T>): Promise<T> {
    const { turns } = this;
    if (!turns) return this.timed(() => runOnPostgres(this.dataSource, work));
    const run = () => runOnSqlite(sqliteConnectionOf(this.dataSource), this.prepared, work, this.commit);
    return this.timed(() => turns.take(() => whileBusy(run)));
  }

  /** Runs one reading statement of our own, outside a transaction. */
  async read({ text, parameters }: Query): Promise<readonly RawRow[]> {
    if (this.dialect === 'sqlite') {
      const connection = sqliteConnectionOf(this.dataSource);
      await commitUnderWay(connection);
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
    if (this.dataSource !== this.lent && this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /** Locks rows read inside a transaction until it ends. SQLite needs none: it has one writer. */
  get lockForUpdate(): { lock: { mode: 'pessimistic_write' } } | Record<string, never> {
    return this.dialect === 'postgres' ? { lock: { mode: 'pessimistic_write' } } : {};
  }
}

function commitHere(connection: SqliteConnection): void {
  connection.exec('COMMIT');
}
