import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { ConfigurationError, QueueUnavailableError } from '../src/errors.js';
import type { NewMessage, Queue } from '../src/queue/queue.js';
import { sqliteQueue } from '../src/sqlite.js';
import { message } from './support/messages.js';
import { queueContract } from './support/queue-contract.js';
import { queueHandsContract } from './support/queue-hands-contract.js';
import { queueRecallContract } from './support/queue-recall-contract.js';
import { tempDirs } from './support/temp-dir.js';

const run = promisify(execFile);
const dirs = tempDirs();
const open: Queue[] = [];
const opened = (path: string): Queue => {
  const queue = sqliteQueue({ path });
  open.push(queue);
  return queue;
};
const claimAll = (queue: Queue, now = 2_000) =>
  queue.claim({ destination: 'house', limit: 1_000, leaseMs: 1_000, now });

afterEach(async () => {
  for (const queue of open.splice(0)) await queue.close();
});

queueContract('sqliteQueue', () => sqliteQueue({ path: join(dirs(), 'queue.db') }));
queueHandsContract('sqliteQueue', () => sqliteQueue({ path: join(dirs(), 'queue.db') }));
queueRecallContract('sqliteQueue', () => sqliteQueue({ path: join(dirs(), 'queue.db') }));

describe('sqliteQueue', () => {
  it('touches nothing before its first use, then makes the folders of its file', async () => {
    const path = join(dirs(), 'a', 'b', 'queue.db');
    const queue = opened(path);
    expect(existsSync(path)).toBe(false);
    await queue.open();
    expect(existsSync(path)).toBe(true);
  });

  it('gives receipts for a file that a symbolic link leads to', async () => {
    const [link, file] = [join(dirs(), 'queue.db'), join(dirs(), 'shared.db')];
    symlinkSync(file, link);
    const stored = message();
    expect(await opened(link).enqueue(stored)).toEqual({ stored: true });
    expect(await claimAll(opened(file))).toMatchObject([{ id: stored.deliveries[0]?.id }]);
  });

  it.each(['removed', 'replaced'])(
    'gives no receipt once its file was %s, then goes on with what is there',
    async (how) => {
      const [path, away] = [join(dirs(), 'queue.db'), dirs()];
      const queue = opened(path);
      await queue.enqueue(message());
      for (const suffix of ['', '-wal', '-shm']) renameSync(path + suffix, join(away, `queue.db${suffix}`));
      const other = opened(path);
      if (how === 'replaced') await other.enqueue(message());
      await expect(queue.enqueue(message())).rejects.toMatchObject({
        code: 'queue_unavailable',
        message: expect.stringMatching(/removed or replaced/),
      });
      const after = message();
      expect(await queue.enqueue(after)).toEqual({ stored: true });
      const found = await claimAll(other);
      expect(found).toHaveLength(how === 'replaced' ? 2 : 1);
      expect(found.at(-1)).toMatchObject({ id: after.deliveries[0]?.id });
      rmSync(away, { recursive: true });
    },
  );

  it('refuses a path that is not a file and points to memoryQueue()', () => {
    expect(() => sqliteQueue({ path: ':memory:' })).toThrow(ConfigurationError);
    expect(() => sqliteQueue({ path: ':memory:' })).toThrow(/memoryQueue/);
  });

  it('finds everything again after it was closed and reopened, identities included', async () => {
    const path = join(dirs(), 'queue.db');
    const first = message();
    const before = opened(path);
    await before.enqueue(first);
    await before.close();
    const after = opened(path);
    expect(await after.enqueue(message({ transactionId: first.transactionId }))).toMatchObject({
      stored: false,
      first: { id: first.id },
    });
    expect(await claimAll(after)).toMatchObject([{ id: first.deliveries[0]?.id }]);
  });

  it('has the row in the file before it answers', async () => {
    const path = join(dirs(), 'queue.db');
    const stored = message();
    await opened(path).enqueue(stored);
    const db = new Database(path);
    expect(db.prepare('SELECT id FROM delivery').get()).toMatchObject({ id: stored.deliveries[0]?.id });
    db.close();
  });

  it('works with two queues on one file in one process: no delivery is claimed by both', async () => {
    const path = join(dirs(), 'queue.db');
    const [a, b] = [opened(path), opened(path)];
    const stored = Array.from({ length: 40 }, () => message());
    await Promise.all(stored.map((one, index) => (index % 2 === 0 ? a : b).enqueue(one)));
    const claims = await Promise.all(
      [a, b, a, b].map((queue) =>
        queue.claim({
          destination: 'house',
          limit: 10,
          leaseMs: 1_000,
          now: 2_000,
        }),
      ),
    );
    expect(new Set(claims.flat().map(({ id }) => id)).size).toBe(40);
  });

  it('shares one file among processes: every message is stored once, whoever brings it', async () => {
    const path = join(dirs(), 'queue.db');
    const child = join(__dirname, 'children', 'enqueue.mjs');
    const outputs = await Promise.all([1, 2, 3].map(() => run(process.execPath, [child, path, '200'])));
    const stored = outputs.map(({ stdout }) => (JSON.parse(stdout) as { stored: number }).stored);
    expect(stored.reduce((sum, one) => sum + one, 0)).toBe(200);
    expect(await opened(path).counts(['house'])).toEqual({ pending: 200, inFlight: 0, dead: 0 });
  }, 60_000);

  it('gives out at once what a process held that is gone from this host, and not what a living one holds', async () => {
    const path = join(dirs(), 'queue.db');
    const child = join(__dirname, 'children', 'claim-and-die.mjs');
    await expect(run(process.execPath, [child, path, '3'])).rejects.toMatchObject({ signal: 'SIGKILL' });
    const living = opened(path);
    expect(await claimAll(living, 2_000)).toMatchObject([{ attempt: 2 }, { attempt: 2 }, { attempt: 2 }]);
    expect(await claimAll(opened(path), 2_000)).toEqual([]);
  }, 60_000);

  it('hands back on close what it still holds', async () => {
    const path = join(dirs(), 'queue.db');
    const first = opened(path);
    await first.enqueue(message());
    await claimAll(first, 2_000);
    await first.close();
    expect(await claimAll(opened(path), 2_000)).toMatchObject([{ attempt: 2 }]);
  });

  it('does not let one message that cannot be stored fail its neighbours', async () => {
    const queue = opened(join(dirs(), 'queue.db'));
    const faulty = message({ deliveries: [{ id: 'x', destination: 'house', body: null as unknown as string }] });
    const neighbours = [message(), message(), message()];
    const all: NewMessage[] = [neighbours[0] as NewMessage, faulty, ...neighbours.slice(1)];
    const results = await Promise.allSettled(all.map((one) => queue.enqueue(one)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'queue_unavailable' } });
    expect(await claimAll(queue)).toHaveLength(3);
    // Nothing of the faulty one stayed behind: not even its identity.
    expect(await queue.enqueue(message({ transactionId: faulty.transactionId }))).toEqual({ stored: true });
  });

  it.each([
    [
      'a text file',
      (path: string) => writeFileSync(path, 'not a database, but long enough to be read as a header\n'.repeat(99)),
    ],
    [
      'a database of someone else',
      (path: string) => {
        const db = new Database(path);
        db.exec('CREATE TABLE theirs (x)');
        db.close();
      },
    ],
  ])('rejects every waiting caller when its file is %s', async (_, make) => {
    const path = join(dirs(), 'queue.db');
    make(path);
    const queue = opened(path);
    const results = await Promise.allSettled([queue.enqueue(message()), queue.enqueue(message()), claimAll(queue)]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'QueueUnavailableError' } });
    }
  });

  it('recovers by itself once the file can be opened', async () => {
    const dir = dirs();
    writeFileSync(join(dir, 'var'), 'a file where a folder should be');
    const blocked = opened(join(dir, 'var', 'queue.db'));
    await expect(blocked.enqueue(message())).rejects.toBeInstanceOf(QueueUnavailableError);
    await promisify((await import('node:fs')).rm)(join(dir, 'var'));
    expect(await blocked.enqueue(message())).toEqual({ stored: true });
  });

  it('refuses a file that a newer version has made', async () => {
    const path = join(dirs(), 'queue.db');
    const first = sqliteQueue({ path });
    await first.open();
    await first.close();
    const db = new Database(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(opened(path).open()).rejects.toThrow(/newer version/);
  });
});
