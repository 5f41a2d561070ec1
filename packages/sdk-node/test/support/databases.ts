import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** A database of a test's own, removed after it. */
export interface TestDatabase {
  readonly options: DataSourceOptions;
  /** What a child process connects with: a URL or the path of a file. */
  readonly address: string;
  /** A data source on it, initialized, destroyed after the test. */
  connect(options?: Partial<DataSourceOptions>): Promise<DataSource>;
}

export interface DatabaseKind {
  readonly name: 'SQLite' | 'PostgreSQL';
  create(): Promise<TestDatabase>;
}

/** The two databases of `typeormQueue()`; each maker may be called at any time during a test. */
export function databases(): DatabaseKind[] {
  const cleaning: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleaning.splice(0).reverse()) await clean();
  });
  const database = (options: DataSourceOptions, address: string): TestDatabase => ({
    options,
    address,
    async connect(more = {}) {
      const dataSource = await new DataSource({ ...options, ...more } as DataSourceOptions).initialize();
      cleaning.push(async () => {
        if (dataSource.isInitialized) await dataSource.destroy();
      });
      return dataSource;
    },
  });
  const sqlite = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tallyback-typeorm-'));
    cleaning.push(async () => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'host.db');
    return database({ type: 'better-sqlite3', database: path, driver: require('libsql'), enableWAL: true }, path);
  };
  const postgres = async () => {
    const server = process.env.TALLYBACK_TEST_POSTGRES;
    if (!server)
      throw new Error('TALLYBACK_TEST_POSTGRES is not set: run jest with the configuration of the repository.');
    const name = `queue_${randomBytes(6).toString('hex')}`;
    const admin = await new DataSource({ type: 'postgres', url: server, poolSize: 1 }).initialize();
    await admin.query(`CREATE DATABASE ${name}`);
    cleaning.push(async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.destroy();
    });
    const url = new URL(server);
    url.pathname = `/${name}`;
    return database({ type: 'postgres', url: url.href }, url.href);
  };
  return [
    { name: 'SQLite', create: sqlite },
    { name: 'PostgreSQL', create: postgres },
  ];
}
