import type { DataSource } from 'typeorm';
import { dialectOf } from './dialect.js';

/** A connection of pg's pool. */
export interface PoolConnection {
  /** Where no limit is set, nothing or 0. */
  readonly connectionParameters: { readonly query_timeout?: number | false | undefined };
  /** Of the server process, as whoever answered the connection says; not every driver tells it. */
  readonly processID?: number | null;
  on(event: 'error', listener: () => void): unknown;
  query(...given: unknown[]): unknown;
  end(): Promise<void>;
}

interface PostgresPool {
  on(event: 'connect', listener: (connection: PoolConnection) => void): unknown;
}

/**
 * Lets the process outlive a connection that PostgreSQL ends in the very moment in which it is handed out. The pool has
 * stopped listening for its errors by then and TypeORM has not begun to; an error that nobody listens for ends the process.
 * Whoever has the connection learns of it by the next statement.
 */
export function outlive(connection: PoolConnection): void {
  connection.on('error', () => undefined);
}

/** Whoever knows pg knows it by this text alone. */
const SILENT = 'Query read timeout';

/**
 * Ends a connection whose statement was given up for its silence: who got it next would wait behind that statement, if
 * there is still anybody to answer.
 */
export function endWhenSilent(connection: PoolConnection): void {
  const query = connection.query.bind(connection);
  connection.query = (...given) => {
    const answer = query(...given);
    if (answer instanceof Promise) {
      // Before whoever asked hears of it and hands the connection back: the pool drops one that is ending.
      answer.catch(({ message }: Error) => {
        if (message === SILENT) connection.end().catch(() => undefined);
      });
    }
    return answer;
  };
}

/** How much later than the database a statement is given up here. */
const GRACE_MS = 5_000;

/**
 * Has PostgreSQL itself end statements that take too long, a little before they would be given up here: what nobody waits
 * for any more must not go on for hours. Not through a pooler, which calls its connections by numbers of its own: there the
 * setting would stay behind for whoever gets the server process next.
 */
export async function endSlowStatements(connection: PoolConnection): Promise<void> {
  const limit = Number(connection.connectionParameters.query_timeout) - GRACE_MS;
  if (!(limit > 0)) return;
  const own = Number(connection.processID ?? 0);
  await connection.query(`SELECT set_config('statement_timeout', '${limit}', false) WHERE pg_backend_pid() = ${own}`);
}

/** Lets it outlive every connection that a data source of the host's will open. */
export function outliveLostConnections(lent: DataSource): void {
  if (dialectOf(lent) !== 'postgres') return;
  const { master } = lent.driver as unknown as { master: PostgresPool };
  master.on('connect', outlive);
}
