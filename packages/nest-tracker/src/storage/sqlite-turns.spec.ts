import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import libsql from 'libsql';
import { DataSource } from 'typeorm';
import { SqliteTurns } from './sqlite-turns.js';
import { isStorageFailure } from './storage-failure.js';

describe('turns at a SQLite file', () => {
  let host: DataSource;
  beforeEach(async () => {
    host = await new DataSource({ type: 'better-sqlite3', driver: libsql, database: ':memory:' }).initialize();
  });
  afterEach(() => host.destroy());

  it('fail where a transaction of the host’s does not end, as when the storage is away, and go on when it has', async () => {
    const turns = new SqliteTurns(host, host, 0);
    const runner = host.createQueryRunner();
    await runner.startTransaction();
    const given = [turns.take(async () => 'first'), turns.take(async () => 'second')];
    const failed = (await Promise.allSettled(given)).map((one) => 'reason' in one && isStorageFailure(one.reason));
    expect(failed).toEqual([true, true]);
    await runner.rollbackTransaction();
    expect(await turns.take(async () => 'third')).toBe('third');
  });

  it('wait for a transaction of the host’s that ends', async () => {
    const turns = new SqliteTurns(host, host);
    const done: string[] = [];
    const runner = host.createQueryRunner();
    await runner.startTransaction();
    const taken = turns.take(async () => done.push('tracker'));
    await new Promise(setImmediate);
    done.push('host');
    await runner.commitTransaction();
    await taken;
    expect(done).toEqual(['host', 'tracker']);
  });
});
