import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { tempDirs } from '../../../test/support/temp-dir.js';
import { LogSync } from '../log-sync.js';
import { QueueLog } from './queue-log.js';

const dirs = tempDirs();

describe('QueueLog', () => {
  it('assures of nothing any more once a flush has failed, though the disk takes what follows', async () => {
    const path = join(dirs(), 'queue.db');
    const db = new Database(path);
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
    // A device that cannot be synced.
    symlinkSync('/dev/null', `${path}.broken-wal`);
    let opened = 0;
    const log = new QueueLog(path, () => new LogSync(opened++ === 0 ? path : `${path}.broken`));
    await expect(log.flush()).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(log.flush()).rejects.toThrow(/shortly before/);
    log.close();
    db.close();
  });
});
