import type { DataSource } from 'typeorm';
import { dialectOf } from './dialect.js';

/** A connection of pg's pool. */
export interface PoolConnection {
  on(event: 'error', listener: () => void): unknown;
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

/** Does so for every connection that a data source of the host's will open. */
export function outliveLostConnections(lent: DataSource): void {
  if (dialectOf(lent) !== 'postgres') return;
  const { master } = lent.driver as unknown as { master: PostgresPool };
  master.on('connect', outlive);
}
