import type { DataSource, EntityManager } from 'typeorm';
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
import { type DeliveryRow, enqueueResult, type IdentityRow, identityParameters, toClaimed, toPage } from './rows.js';
import { type SqliteStatements, sqliteStatements } from './sqlite-statements.js';
import { type SqliteStatement, type SqliteTurns, statementsOf } from './sqlite-turns.js';
import type { QueueStore } from './store.js';
import { STATE, tableNames } from './tables.js';

type KeptRow = Pick<IdentityRow, 'destinations'>;
type Parameters = (string | number | null)[];

interface CandidateRow extends DeliveryRow {
  readonly blocked: number;
}

/** On the host's one SQLite connection, each operation in a turn of its own. */
export class SqliteStore implements QueueStore {
  readonly #sql: SqliteStatements;
  readonly #statement: (sql: string) => SqliteStatement;

  constructor(
    dataSource: DataSource,
    private readonly turns: SqliteTurns,
    tables?: string,
  ) {
    this.#sql = sqliteStatements(tableNames(dataSource, tables));
    this.#statement = statementsOf(dataSource);
  }

  enqueue(message: NewMessage): Promise<EnqueueResult> {
    return this.turns.take(() => {
      const [row] = this.#all<IdentityRow>(this.#sql.identity, identityParameters(message));
      const result = enqueueResult(message, row as IdentityRow);
      if (!result.stored) return result;
      for (const parameters of deliveryParameters(message, row as IdentityRow)) this.#run(this.#sql.store, parameters);
      return result;
    });
  }

  async enqueueIn(manager: EntityManager, message: NewMessage): Promise<EnqueueResult> {
    const [row] = (await manager.query(this.#sql.identity, identityParameters(message))) as IdentityRow[];
    const result = enqueueResult(message, row as IdentityRow);
    if (!result.stored) return result;
    for (const parameters of deliveryParameters(message, row as IdentityRow)) {
      await manager.query(this.#sql.store, parameters);
    }
    return result;
  }

  kept(event: string, transactionId: string): Promise<string | null> {
    return this.turns.read(() => {
      const [row] = this.#all<KeptRow>(this.#sql.kept, [event, transactionId]);
      return row?.destinations ?? null;
    });
  }

  async keptIn(manager: EntityManager, event: string, transactionId: string): Promise<string | null> {
    const [row] = (await manager.query(this.#sql.kept, [event, transactionId])) as KeptRow[];
    return row?.destinations ?? null;
  }

  claim({ destination, limit, leaseMs, now }: ClaimRequest): Promise<ClaimedDelivery[]> {
    return this.turns.take(() => {
      const claimed: ClaimedDelivery[] = [];
      // Each round leases or parks every row it reads, so that the next one reads others.
      for (let found = limit; found > 0 && claimed.length < limit; ) {
        const rows = this.#all<CandidateRow>(this.#sql.due, [destination, now, limit - claimed.length]);
        found = rows.length;
        for (const row of rows) {
          if (row.blocked === 1) {
            this.#run(this.#sql.park, [row.id]);
          } else {
            this.#run(this.#sql.lease, [now + leaseMs, row.id]);
            claimed.push(toClaimed({ ...row, fence: row.fence + 1, attempt: row.attempt + 1 }));
          }
        }
      }
      return claimed.sort((a, b) => a.seq - b.seq);
    });
  }

  settle(settlements: readonly Settlement[]): Promise<boolean[]> {
    return this.turns.take(() => settlements.map((settlement) => this.#settle(settlement)));
  }

  extend(claims: readonly Claim[], until: number): Promise<boolean[]> {
    return this.turns.take(() => claims.map(({ id, fence }) => this.#run(this.#sql.extend, [until, id, fence])));
  }

  nextDue(destinations: readonly string[]): Promise<number | undefined> {
    return this.turns.read(() => {
      const [row] = this.#all<{ due: number | null }>(this.#sql.nextDue, [JSON.stringify(destinations)]);
      return row?.due ?? undefined;
    });
  }

  counts(destinations: readonly string[]): Promise<QueueCounts> {
    return this.turns.read(() => {
      const [row] = this.#all<QueueCounts>(this.#sql.counts, [JSON.stringify(destinations)]);
      return { pending: row?.pending ?? 0, inFlight: row?.inFlight ?? 0, dead: row?.dead ?? 0 };
    });
  }

  list(request: ListRequest): Promise<ListPage> {
    return this.turns.read(() => toPage(this.#all<DeliveryRow>(...this.#sql.list(request)), request));
  }

  replay(ids: readonly string[], now: number): Promise<number> {
    return this.turns.take(() => ids.filter((id) => this.#run(this.#sql.replay, [now, id])).length);
  }

  discard(ids: readonly string[]): Promise<number> {
    return this.turns.take(() => ids.filter((id) => this.#remove(this.#sql.discard, [id])).length);
  }

  #settle(settlement: Settlement): boolean {
    const { id, fence, outcome } = settlement;
    switch (outcome) {
      case 'delivered':
        return this.#remove(this.#sql.delivered, [id, fence]);
      case 'retry': {
        const { at, step, answer } = settlement;
        return this.#run(this.#sql.retry, [at, step, storableText(answer), id, fence]);
      }
      case 'dead':
        return this.#run(this.#sql.dead, [storableText(settlement.answer), id, fence]);
      case 'release':
        return this.#run(this.#sql.release, [id, fence]);
    }
  }

  /** Deletes one row and lets those that wait for it go. */
  #remove(sql: string, parameters: Parameters): boolean {
    const [gone] = this.#all<DeliveryRow>(sql, parameters);
    if (gone) this.#run(this.#sql.unpark, [gone.destination, gone.event, gone.transaction_id]);
    return gone !== undefined;
  }

  #run(sql: string, parameters: Parameters): boolean {
    return this.#statement(sql).run(parameters).changes > 0;
  }

  #all<Row>(sql: string, parameters: Parameters): Row[] {
    return this.#statement(sql).all(parameters) as Row[];
  }
}

function deliveryParameters(message: NewMessage, { position }: IdentityRow) {
  const { event, transactionId, createdAt, deliveries } = message;
  return deliveries.map((delivery): Parameters => {
    const { id, destination, body, dead } = delivery;
    const own = [id, nextSeq(createdAt), destination, event, transactionId, position, body, createdAt];
    const state = dead === undefined ? [createdAt, STATE.pending, null] : [null, STATE.dead, storableText(dead)];
    return [...own, ...state, firstStep(message, delivery)];
  });
}
