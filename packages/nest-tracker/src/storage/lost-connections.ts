import type { DataSource } from 'typeorm';
import { dialectOf } from './dialect.js';

/** A connection of pg's pool. */
export interface PoolConnection {
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
 * Ends a connection whose statement was given up for its silence. The statement goes on in the database, and who got the
 * connection next would wait behind it: a report that takes minutes would take clicks down with it.
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

/** Lets it outlive every connection that a data source of the host's will open. */
export function outliveLostConnections(lent: DataSource): void {
  if (dialectOf(lent) !== 'postgres') return;
  const { master } = lent.driver as unknown as { master: PostgresPool };
  master.on('connect', outlive);
}
