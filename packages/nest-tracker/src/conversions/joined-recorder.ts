import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { EntityManager, QueryRunner } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import { PostbackPlanner } from '../partner-postbacks/postback-planner.js';
import { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import { newLane } from '../rollups/rollup-queries.js';
import { type HostTransaction, HostTransactions } from '../storage/host-transactions.js';
import { runInsidePostgres, runInsideSqlite } from '../storage/run-inside.js';
import type { PreparedStatements } from '../storage/run-work.js';
import { saidBy } from '../storage/said-by.js';
import { sqliteConnectionOf } from '../storage/sqlite-connection.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { TransactionJoinError } from '../storage/transaction-join-error.js';
import { reading, type TransactionWork } from '../storage/transaction-work.js';
import type { Job } from './decision.js';
import { GroupCommit } from './group-commit.js';
import { OutrunError } from './group-writer.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { Recorder } from './recorder.js';
import { CountersMissing, type Decided, type GroupResult, runGroup } from './run-group.js';
import { keepCounters } from './working-set/keep-counters.js';
import { keyedQuery } from './working-set/keyed-rows.js';

/** How often a group runs whose conversions another transaction has committed meanwhile. */
const ATTEMPTS = 20;

/** A transaction of the host's in which something was recorded. */
interface Joined extends HostTransaction {
  readonly groups: GroupCommit;
  /** Where its sums are counted: the row of a sum is locked until the transaction ends, and nobody else is to wait. */
  readonly lane: number;
  /** What was recorded, and is told once it is committed. */
  readonly recorded: GroupResult[];
  isolationChecked: boolean;
}

/** Carries jobs out in transactions of the host's. What they did is told after the commit, and what is rolled back never. */
@Injectable()
export class JoinedRecorder implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(JoinedRecorder.name);
  private readonly prepared = new WeakMap<object, PreparedStatements>();
  /** Ends when everybody was told of all that was committed so far. */
  private telling: Promise<void> = Promise.resolve();
  /** Lanes that no transaction counts in at the moment. */
  private readonly lanes: number[] = [];
  private transactions: HostTransactions<Joined>;
  private kept: { readonly ledger: ByIds; readonly log: ByIds };

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly planner: PostbackPlanner,
    private readonly recorder: Recorder,
  ) {}

  onModuleInit(): void {
    const { storage } = this;
    this.transactions = new HostTransactions(
      storage,
      (runner) => this.begin(runner),
      (joined, committed) => this.ended(joined, committed),
    );
    const idsIn = (table: string) =>
      keyedQuery(storage.dialect, ['id'], (keys) => `SELECT t.id AS id FROM ${keys} ${table} t ON t.id = k.id`);
    this.kept = {
      ledger: idsIn(storage.rowsOf(LedgerEntry, ['id']).table),
      log: idsIn(storage.rowsOf(InboundPostback, ['id']).table),
    };
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.transactions.stop();
    await this.telling;
  }

  /** Throws where a manager's transaction cannot be joined, before anything is done for it. */
  check(manager: EntityManager): void {
    this.transactions.of(manager);
  }

  /**
   * Carries jobs out in the open transaction of a manager, in the order given. A job that cannot be stored leaves the
   * transaction as it was before.
   */
  submitAll(manager: EntityManager, jobs: readonly Job<unknown>[]): Promise<readonly Decided[]> {
    return this.transactions.of(manager).groups.add(jobs);
  }

  private begin(runner: QueryRunner): Joined {
    const joined: Joined = {
      runner,
      open: true,
      groups: new GroupCommit((jobs) => this.carryOut(joined, jobs)),
      lane: this.lanes.pop() ?? newLane(this.storage),
      recorded: [],
      isolationChecked: this.storage.dialect === 'sqlite',
    };
    return joined;
  }

  private async carryOut(joined: Joined, jobs: readonly Job<unknown>[]): Promise<Decided[]> {
    const plan = this.planner.planBy(await this.catalog.snapshotFor(joined.runner.manager));
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.inside(joined, () => runGroup(this.recorder.tools, jobs, plan, joined.lane));
        joined.recorded.push(result);
        return [...result.decided];
      } catch (error) {
        // Here and not on a connection of its own: whoever waits for whom, the database has to see all of it.
        if (error instanceof CountersMissing) await this.inside(joined, () => keepCounters(this.storage, error.keys));
        else if (!(error instanceof OutrunError) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private async inside<T>(joined: Joined, work: () => TransactionWork<T>): Promise<T> {
    const { runner } = joined;
    if (!joined.open) {
      throw new TransactionJoinError(
        'no_transaction',
        'Its transaction ended before the conversion was recorded, and nothing was. Await record() inside of it.',
      );
    }
    if (this.storage.dialect === 'sqlite') {
      const own = sqliteConnectionOf(this.storage.dataSource);
      return runInsideSqlite(runner, own, this.preparedOn(sqliteConnectionOf(runner.connection)), work);
    }
    const result = await runInsidePostgres(runner, function* () {
      if (!joined.isolationChecked) yield* requireReadCommitted();
      return yield* work();
    });
    joined.isolationChecked = true;
    return result;
  }

  private preparedOn(connection: object): PreparedStatements {
    const known = this.prepared.get(connection) ?? new Map();
    this.prepared.set(connection, known);
    return known;
  }

  private ended({ lane, recorded }: Joined, committed: boolean): void {
    this.lanes.push(lane);
    if (!committed || recorded.length === 0) return;
    this.telling = this.tellAfter(this.telling, recorded);
  }

  /** In the order of the commits, whichever of two is looked up sooner. Never rejects. */
  private async tellAfter(earlier: Promise<void>, recorded: readonly GroupResult[]): Promise<void> {
    const [, kept] = await Promise.allSettled([earlier, this.keptOf(recorded)]);
    try {
      if (kept.status === 'rejected') throw kept.reason;
      for (const result of kept.value) this.recorder.tell(result);
    } catch (error) {
      this.logger.warn(`Live events of a committed transaction are missing: ${saidBy(error)}`);
    }
  }

  /** The host may have rolled a part of its transaction back; of that nobody is to hear. */
  private async keptOf(recorded: readonly GroupResult[]): Promise<GroupResult[]> {
    const ledger = await this.present(this.kept.ledger, recorded, ({ marks }) => marks.ledger);
    const log = await this.present(this.kept.log, recorded, ({ marks }) => marks.log);
    return recorded.filter(({ marks }) => (marks.ledger !== undefined ? ledger.has(marks.ledger) : log.has(marks.log)));
  }

  private async present(
    query: ByIds,
    recorded: readonly GroupResult[],
    markOf: (result: GroupResult) => string | undefined,
  ): Promise<ReadonlySet<unknown>> {
    const ids = recorded.flatMap((result) => markOf(result) ?? []);
    if (ids.length === 0) return new Set();
    return new Set((await this.storage.read(query(ids.map((id) => [id])))).map(({ id }) => id));
  }
}

type ByIds = ReturnType<typeof keyedQuery>;

/**
 * In the stricter levels a transaction sees the database as it was at its first statement: whether a conversion is a copy
 * and whether a cap is reached have to be decided by what is there after waiting for others.
 */
function* requireReadCommitted(): TransactionWork<void> {
  const { rows } = yield reading("SELECT current_setting('transaction_isolation') AS level", []);
  const level = String(rows[0]?.level);
  if (level.startsWith('read ')) return;
  throw new TransactionJoinError(
    'isolation_level',
    `Its transaction is ${level.toUpperCase()}, which does not see what others commit meanwhile: copies and caps could not be ` +
      "told. Begin it as READ COMMITTED, PostgreSQL's default.",
  );
}
