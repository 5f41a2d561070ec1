import libsql from 'libsql';
import { Column, type DataSource, type DataSourceOptions, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { trackerEntities } from '../../src/index.js';
import type { TestDatabase } from './databases.js';

/** A table of the host's own; a test makes it. */
@Entity('host_orders')
export class Order {
  @PrimaryColumn({ type: 'varchar' }) id: string;
  @Column({ type: 'varchar' }) total: string;
}

/** The data source of a host that lends it to the tracker. */
export function hostOptions({ options }: TestDatabase, poolSize: number): DataSourceOptions {
  const entities = [Order, ...trackerEntities];
  return options.type === 'postgres'
    ? { type: 'postgres', url: options.url, entities, poolSize }
    : { type: 'better-sqlite3', driver: libsql, database: options.path, enableWAL: true, entities };
}

/** What transactions are rolled back by. */
export const UNDONE = new Error('rolled back');

/** Runs a transaction of the host's and rolls it back; whatever else goes wrong is thrown. */
export async function rollBack(host: DataSource, work: (manager: EntityManager) => Promise<unknown>): Promise<void> {
  const transaction = host.transaction(async (manager) => {
    await work(manager);
    throw UNDONE;
  });
  await transaction.catch((error: Error) => {
    if (error !== UNDONE) throw error;
  });
}
