import { execFileSync } from 'node:child_process';
import { closeSync, openSync, symlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { tempDirs } from '../../../test/support/temp-dir.js';
import { LogSync } from '../log-sync.js';
import { FLUSHES_AT_ONCE, QueueLog } from './queue-log.js';

const dirs = tempDirs();
/** So long that a busy machine does not make this thread ask the disk itself. */
const PATIENT_MS = 60_000;
/** As many threads as Node has for what would block, unless it is told otherwise. */
const THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4);

function database(): { path: string; db: Database.Database } {
  const path = join(dirs(), 'queue.db');
  const db = new Database(path);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
  return { path, db };
}

describe('QueueLog', () => {
  it('assures of nothing any more once a flush has failed, though the disk takes what follows', async () => {
    const { path, db } = database();
    // A device that cannot be synced.
    symlinkSync('/dev/null', `${path}.broken-wal`);
    let opened = 0;
    const log = new QueueLog(path, () => new LogSync(opened++ === 1 ? `${path}.broken` : path), PATIENT_MS);
    await expect(log.flush()).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(log.flush()).rejects.toThrow(/shortly before/);
    expect(() => log.flushNow()).toThrow(/shortly before/);
    log.close();
    db.close();
  });

  it('asks through a descriptor of its own in this thread, so that no other one hears of a failure in its place', async () => {
    const { path, db } = database();
    symlinkSync('/dev/null', `${path}.broken-wal`);
    const opened: string[] = [];
    const log = new QueueLog(
      path,
      () => {
        opened.push(opened.length < FLUSHES_AT_ONCE ? path : `${path}.broken`);
        return new LogSync(opened.at(-1) as string);
      },
      PATIENT_MS,
    );
    for (let turn = 0; turn < FLUSHES_AT_ONCE; turn += 1) await log.flush();
    expect(() => log.flushNow()).toThrow(/EINVAL/);
    await expect(log.flush()).rejects.toThrow(/shortly before/);
    log.close();
    db.close();
  });

  it('does not wait for threads that the host keeps busy', async () => {
    const { path, db } = database();
    const log = new QueueLog(path, (file) => new LogSync(file));
    const pipe = `${path}.pipe`;
    execFileSync('mkfifo', [pipe]);
    // Whoever opens a pipe to read waits in such a thread until somebody opens it to write.
    const held = Array.from({ length: THREADS }, () => open(pipe, 'r'));
    await log.flush();
    const writer = openSync(pipe, 'r+');
    await Promise.all(held.map(async (opened) => (await opened).close()));
    closeSync(writer);
    log.close();
    expect(() => log.flushNow()).toThrow(/let go of/);
    db.close();
  });
});
