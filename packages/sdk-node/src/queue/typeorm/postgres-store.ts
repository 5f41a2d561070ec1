import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { QueueUnavailableError } from '../../errors.js';
import { firstStep } from '../not-waited-for.js';
import type {
  Claim,
  ClaimedDelivery,
  ClaimRequest,
  EnqueueResult,
  ListPage,
  ListRequest,
  NewMessage,
  QueueCounts,
  Settlement,
} from '../queue.js';
import { storableText } from '../storable-text.js';
import { nextSeq } from './acceptance.js';
import { KeyedTurns } from './keyed-turns.js';
import { PostgresSettler } from './postgres-settler.js';
import { type PostgresStatements, postgresStatements } from './postgres-statements.js';
import { type DeliveryRow, enqueueResult, type IdentityRow, identityParameters, toClaimed, toPage } from './rows.js';
import type { QueueStore } from './store.js';
import { tableNames } from './tables.js';

/** PostgreSQL's SQLSTATE when `lock_timeout` is over. */
const LOCK_NOT_AVAILABLE = '55P03';

type KeptRow = Pick<IdentityRow, 'destinations'>;

interface CandidateRow extends DeliveryRow {
  readonly blocked: boolean;
}

/** Any number of processes on one PostgreSQL: claims skip what others hold locked. */
export class PostgresStore implements QueueStore {
  readonly #sql: PostgresStatements;
  readonly #settler: PostgresSettler;
  readonly #turns = new KeyedTurns();

  /** @param lockTimeoutMs how long a message waits for another of its transaction id that is not committed yet */
  constructor(
    private readonly dataSource: DataSource,
    private readonly lockTimeoutMs: number,
    tables?: string,
  ) {
    this.#sql = postgresStatements(tableNames(dataSource, tables));
    this.#settler = new PostgresSettler(this.#sql);
  }

  enqueue(message: NewMessage): Promise<EnqueueResult> {
    const { event, transactionId } = message;
    const bounded = () => this.#bounded(message, () => this.#enqueue(this.dataSource, message, this.#lockTimeout));
    return this.#turns.take(`${event} ${transactionId}`, bounded);
  }

  enqueueIn(manager: EntityManager, message: NewMessage): Promise<EnqueueResult> {
    return this.#enqueue(manager, message, null);
  }

  async kept(event: string, transactionId: string): Promise<string | null> {
    const [row] = await this.#query<KeptRow>(this.#sql.kept, [event, transactionId]);
    if (row?.destinations != null) return row.destinations;
    const bounded = () => this.#bounded({ event, transactionId }, () => this.#keptByOthers(event, transactionId));
    return this.#turns.take(`${event} ${transactionId}`, bounded);
  }

  async keptIn(manager: EntityManager, event: string, transactionId: string): Promise<string | null> {
    const [row] = (await manager.query(this.#sql.kept, [event, transactionId])) as KeptRow[];
    return row?.destinations ?? null;
  }

  async claim(request: ClaimRequest): Promise<ClaimedDelivery[]> {
    const { destination, limit, leaseMs } = request;
    const now = Math.floor(request.now);
    const claimed: ClaimedDelivery[] = [];
    while (claimed.length < limit) {
      const wanted = limit - claimed.length;
      const rows = await this.#query<CandidateRow>(this.#sql.claim, [
        destination,
        now,
        wanted,
        now + Math.ceil(leaseMs),
      ]);
      for (const row of rows) if (!row.blocked) claimed.push(toClaimed(row));
      if (rows.every(({ blocked }) => !blocked)) break;
      // What waits for an earlier message is taken out of the claims' sight until that one is delivered; then there may be
      // more behind it. Nothing parked: others hold the locks, and see to it.
      const parked = await this.#query(this.#sql.park, [destination, now]);
      if (parked.length === 0 || rows.length < wanted) break;
    }
    return claimed.sort((a, b) => a.seq - b.seq);
  }

  async settle(settlements: readonly Settlement[]): Promise<boolean[]> {
    return this.#transaction((runner) => this.#settler.settle(runner, settlements));
  }

  async extend(claims: readonly Claim[], until: number): Promise<boolean[]> {
    const [ids, fences] = [claims.map(({ id }) => id), claims.map(({ fence }) => fence)];
    const rows = await this.#query<Claim>(this.#sql.extend, [ids, fences, Math.floor(until)]);
    const extended = new Set(rows.map(({ id, fence }) => `${id} ${fence}`));
    return claims.map(({ id, fence }) => extended.has(`${id} ${fence}`));
  }

  async nextDue(destinations: readonly string[]): Promise<number | undefined> {
    const [row] = await this.#query<{ due: string | null }>(this.#sql.nextDue, [destinations]);
    return row?.due == null ? undefined : Number(row.due);
  }

  async counts(destinations: readonly string[]): Promise<QueueCounts> {
    const [row] = await this.#query<Record<keyof QueueCounts, string>>(this.#sql.counts, [destinations]);
    return { pending: Number(row?.pending), inFlight: Number(row?.inFlight), dead: Number(row?.dead) };
  }

  async list(request: ListRequest): Promise<ListPage> {
    return toPage(await this.#query<DeliveryRow>(...this.#sql.list(request)), request);
  }

  async replay(ids: readonly string[], now: number): Promise<number> {
    return (await this.#query(this.#sql.replay, [ids, Math.floor(now)])).length;
  }

  discard(ids: readonly string[]): Promise<number> {
    return this.#transaction((runner) => this.#settler.discard(runner, ids));
  }

  get #lockTimeout(): string {
    return `${Math.max(1, Math.ceil(this.lockTimeoutMs))}ms`;
  }

  /** A conversion of a transaction that is still open cannot be seen, and an update that comes after it may need its click. */
  async #keptByOthers(event: string, transactionId: string): Promise<string | null> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction('READ COMMITTED');
      await runner.query("SELECT set_config('lock_timeout', $1, true)", [this.#lockTimeout]);
      const [row] = (await runner.query(this.#sql.keptByOthers, [event, transactionId])) as KeptRow[];
      return row?.destinations ?? null;
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      await runner.release();
    }
  }

  async #bounded<T>(
    { event, transactionId }: Pick<NewMessage, 'event' | 'transactionId'>,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
      const held = `A transaction that is still open has stored a message of ${event} ${transactionId}`;
      const hint = `inside one of your own, pass { manager } to every call`;
      throw new QueueUnavailableError(`${held}, for more than ${this.lockTimeoutMs} ms; ${hint}.`, { cause: error });
    }
  }

  async #enqueue(
    on: DataSource | EntityManager,
    message: NewMessage,
    lockTimeout: string | null,
  ): Promise<EnqueueResult> {
    const { deliveries } = message;
    const createdAt = Math.floor(message.createdAt);
    const [row] = (await on.query(this.#sql.enqueue, [
      ...identityParameters(message),
      createdAt,
      deliveries.map(({ id }) => id),
      deliveries.map(() => nextSeq(createdAt)),
      deliveries.map(({ destination }) => destination),
      deliveries.map(({ body }) => body),
      deliveries.map(({ dead }) => (dead === undefined ? null : storableText(dead))),
      deliveries.map((delivery) => firstStep(message, delivery)),
      lockTimeout,
    ])) as IdentityRow[];
    return enqueueResult(message, row as IdentityRow);
  }

  async #transaction<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      // Whatever the host's default is: a settlement must see what was committed between its statements.
      await runner.startTransaction('READ COMMITTED');
      const result = await work(runner);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      // The connection may be gone; then the server has undone the transaction already.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }

  async #query<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    return (await this.dataSource.query(sql, parameters)) as Row[];
  }
}
