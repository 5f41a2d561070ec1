import type { DataSource } from 'typeorm';
import { nextSeq } from './acceptance.js';
import { dialectOf } from './dialect.js';
import { deliveriesSchema } from './migrations.js';
import { tableNames } from './tables.js';
import { TypeormQueue } from './typeorm-queue.js';

/** A delivery that is stored by a statement of its owner's own, in whatever transaction that runs in. */
export interface OutboxDelivery {
  readonly id: string;
  /** At most 64 characters. */
  readonly destination: string;
  readonly event: string;
  /** Deliveries of one (destination, event, transaction id) go out in the order in which they were stored. */
  readonly transactionId: string;
  /** Frozen. */
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

type Parameters = readonly (string | number | readonly (string | number)[])[];

/** A queue in a table of its own, which something else fills within its own transactions. */
export interface Outbox {
  /** The name of its table, quoted. */
  readonly table: string;
  readonly queue: TypeormQueue;
  /**
   * Statements that store deliveries, to be run in order in a transaction of the caller's. Whoever stores for one
   * transaction id must hold a lock that keeps others from storing for it at the same time, such as that of its row.
   */
  insert(deliveries: readonly OutboxDelivery[]): { readonly text: string; readonly parameters: Parameters }[];
}

/** The statements that make the table of an outbox; `tables` is what its name and those of its indexes begin with. */
export function outboxSchema(dataSource: DataSource, tables: string): string[] {
  return deliveriesSchema(dataSource, tables);
}

/**
 * @param tables what the name of its table begins with, as given to {@link outboxSchema}
 * @throws {ConfigurationError} when the data source is of a type that is not supported
 */
export function createOutbox(dataSource: DataSource, tables: string): Outbox {
  const { deliveries: table } = tableNames(dataSource, tables);
  const queue = new TypeormQueue(dataSource, { migrate: false }, tables);
  const columns = `id, seq, destination, event, transaction_id, position, body, created_at, due_at, state, attempt, step, fence`;
  const behind = (id: string, event: string, destination: string) =>
    `(SELECT coalesce(max(e.position) + 1, 0) FROM ${table} e
      WHERE e.transaction_id = ${id} AND e.event = ${event} AND e.destination = ${destination})`;
  if (dialectOf(dataSource) === 'sqlite') {
    const text = `INSERT INTO ${table} (${columns})
      VALUES (?, ?, ?, ?, ?, ${behind('?', '?', '?')}, ?, ?, ?, 0, 0, 0, 0)`;
    const insert = (rows: readonly OutboxDelivery[]) =>
      rows.map(({ id, destination, event, transactionId, body, createdAt }) => {
        const chain = [transactionId, event, destination];
        const own = [id, nextSeq(createdAt), destination, event, transactionId];
        return { text, parameters: [...own, ...chain, body, createdAt, createdAt] };
      });
    return { table, queue, insert };
  }
  // The statement does not see its own rows, so those of one chain are told apart by their place in it.
  const text = `INSERT INTO ${table} (${columns})
    SELECT n.id, n.seq, n.destination, n.event, n.chain, ${behind('n.chain', 'n.event', 'n.destination')} + n.place,
      n.body, n.at, n.at, 0, 0, 0, 0
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::bigint[])
      AS n(id, seq, destination, event, chain, place, body, at)`;
  const insert = (rows: readonly OutboxDelivery[]) =>
    rows.length === 0
      ? []
      : [
          {
            text,
            parameters: [
              rows.map(({ id }) => id),
              rows.map(({ createdAt }) => nextSeq(createdAt)),
              rows.map(({ destination }) => destination),
              rows.map(({ event }) => event),
              rows.map(({ transactionId }) => transactionId),
              rows.map((_, place) => place),
              rows.map(({ body }) => body),
              rows.map(({ createdAt }) => createdAt),
            ],
          },
        ];
  return { table, queue, insert };
}
