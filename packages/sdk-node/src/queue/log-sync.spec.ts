import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { tempDirs } from '../../test/support/temp-dir.js';
import { LogSync } from './log-sync.js';

const dirs = tempDirs();

function database(): { path: string; db: Database.Database } {
  const path = join(dirs(), 'a.db');
  const db = new Database(path);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
  return { path, db };
}

describe('LogSync', () => {
  it('puts what was committed on the disk, beside this thread or in it', async () => {
    const { path, db } = database();
    const log = new LogSync(path);
    log.open();
    await log.flush();
    log.flushNow();
    log.close();
    db.close();
  });

  it('lets calls share the turn after the one that runs, and none the turn before its own commit', async () => {
    const { path, db } = database();
    const log = new LogSync(path);
    const [first, second, third] = [log.flush(), log.flush(), log.flush()];
    expect(second).toBe(third);
    expect(second).not.toBe(first);
    await Promise.all([first, second, third]);
    const later = log.flush();
    expect(later).not.toBe(second);
    await later;
    log.close();
    db.close();
  });

  it('flushes what it was asked to before it lets go of the log', async () => {
    const { path, db } = database();
    const log = new LogSync(path);
    const asked = [log.flush(), log.flush()];
    log.close();
    expect(await Promise.all(asked)).toEqual([undefined, undefined]);
    db.close();
  });

  it('says why when there is no log, or the disk does not take it, to everybody who shares the turn', async () => {
    const dir = dirs();
    mkdirSync(join(dir, 'folder-wal'));
    expect(() => new LogSync(join(dir, 'folder')).open()).toThrow(/EISDIR/);
    await expect(new LogSync(join(dir, 'none')).flush()).rejects.toMatchObject({ code: 'ENOENT' });
    // A device that cannot be synced.
    symlinkSync('/dev/null', join(dir, 'null-wal'));
    const log = new LogSync(join(dir, 'null'));
    log.open();
    expect(() => log.flushNow()).toThrow(/EINVAL/);
    const results = await Promise.allSettled([log.flush(), log.flush(), log.flush()]);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'EINVAL' } });
    log.close();
  });
});
