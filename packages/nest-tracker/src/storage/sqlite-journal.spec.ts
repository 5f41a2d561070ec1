import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import Libsql from 'libsql';
import { DataSource } from 'typeorm';
import { trackerEntities } from './entities.js';
import { openStorage } from './storage.provider.js';

describe('the journal of a SQLite file', () => {
  let folder: string;
  const logged: string[] = [];
  const take = (message: string) => logged.push(message);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nest-tracker-'));
    logged.length = 0;
    Logger.overrideLogger({ log: take, warn: take, error: take });
  });
  afterEach(() => {
    Logger.overrideLogger(false);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is said at the start not to be a write-ahead log where the file system refuses one', async () => {
    // Locks that are files of their own leave SQLite without memory that is shared, as some file systems do.
    class Refusing extends Libsql {
      constructor(path: string, options: Libsql.Options) {
        super(`file:${path}?vfs=unix-dotfile`, options);
      }
    }
    const database = join(folder, 'tracker.db');
    const type = 'better-sqlite3';
    const host = await new DataSource({ type, driver: Refusing, database, entities: trackerEntities }).initialize();
    const storage = await openStorage({ dataSource: host }, undefined);
    expect(logged).toEqual([expect.stringMatching(/tracker\.db .*journal_mode is "delete".*local disk/)]);
    await storage.onApplicationShutdown();
    await host.destroy();
  });

  it('is folded into the file at the start: a killed process may not have got it to the disk', async () => {
    const [killed, path] = [join(folder, 'killed.db'), join(folder, 'tracker.db')];
    const process = new Libsql(killed);
    process.exec('PRAGMA journal_mode = WAL; CREATE TABLE kept (id TEXT); INSERT INTO kept VALUES (1)');
    for (const end of ['', '-wal']) copyFileSync(killed + end, path + end);
    process.close();
    const storage = await openStorage({ database: { type: 'sqlite', path } }, undefined);
    const alone = join(folder, 'alone.db');
    copyFileSync(path, alone);
    const file = new Libsql(alone);
    expect(file.prepare('SELECT id FROM kept').all([])).toEqual([{ id: '1' }]);
    file.close();
    await storage.onApplicationShutdown();
    expect(logged).toEqual([]);
  });
});
