import { copyFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { message } from '../../../test/support/messages.js';
import { tempDirs } from '../../../test/support/temp-dir.js';
import { LogSync } from '../log-sync.js';
import { encodeMessages } from './encode.js';
import { Service } from './service.js';
import { Store } from './store.js';
import type { WireBatch, WireOp, WireReply } from './wire.js';

const dirs = tempDirs();
const open: MessagePort[] = [];

afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

/** A service over a file of its own, whose disk fails from the moment it is told to until it is told otherwise. */
function served() {
  const dir = dirs();
  const path = join(dir, 'queue.db');
  // A device that cannot be synced.
  symlinkSync('/dev/null', join(dir, 'broken-wal'));
  const disk = { broken: false };
  const store = new Store(path, 1, () => new LogSync(disk.broken ? join(dir, 'broken') : path));
  const { port1, port2 } = new MessageChannel();
  open.push(port2);
  /** Asks for all of it at once, and collects the messages that come until each is answered. */
  const ask = (...asked: readonly (readonly WireOp[])[]) =>
    new Promise<WireReply[][]>((resolve) => {
      const answers: WireReply[][] = [];
      const onMessage = (replies: WireReply[]) => {
        answers.push(replies);
        if (answers.flat().length < asked.length) return;
        port2.off('message', onMessage);
        resolve(answers);
      };
      port2.on('message', onMessage);
      for (const [n, ops] of asked.entries()) port2.postMessage({ n, ops } satisfies WireBatch);
    });
  return { path, disk, ask, start: () => new Service(port1, store) };
}

const burst = (count: number) => Array.from({ length: count }, () => message());
const claim: WireOp = { op: 'claim', request: { destination: 'house', limit: 100, leaseMs: 1_000, now: 2_000 } };
const numbers = (answers: WireReply[][]) => answers.map((replies) => replies.map(({ n }) => n));

describe('Service', () => {
  it('answers what promises nothing at once, and gives receipts when the disk has them', async () => {
    const { ask, start } = served();
    const answers = ask([encodeMessages(burst(8))], [claim], [encodeMessages(burst(8))]);
    start();
    expect(numbers(await answers)).toEqual([[1], [0, 2]]);
  });

  it('keeps the order in which it was asked when something arrives while it waits for the disk itself', async () => {
    const { ask, start } = served();
    start();
    const [purchase] = burst(1) as [ReturnType<typeof message>];
    const { transactionId } = purchase;
    const first = ask([encodeMessages([purchase])]);
    const second = ask([encodeMessages([message({ kind: 'updated', transactionId })])], [claim]);
    await Promise.all([first, second]);
    // The refund waits behind its purchase, whichever transaction brought it.
    const [[claimed]] = (await ask([claim])) as [[WireReply]];
    expect(claimed.results).toEqual([{ rows: '[]', packs: [] }]);
  });

  it('closes after the last receipt is given', async () => {
    const { path, ask, start } = served();
    const answers = ask([encodeMessages(burst(8))], [{ op: 'close' }]);
    start();
    expect(numbers(await answers)).toEqual([[0], [1]]);
    const db = new Database(path);
    expect(db.prepare('SELECT count(*) AS n FROM process').get()).toMatchObject({ n: 0 });
    db.close();
  });

  it.each([
    ['one caller', 1],
    ['many callers', 8],
  ])('gives %s no receipt when the disk fails, and no later one before it is sure of everything', async (_, count) => {
    const { path, disk, ask, start } = served();
    disk.broken = true;
    start();
    const messages = burst(count);
    const both = [encodeMessages(messages), claim];
    const [[failed]] = (await ask(both)) as [[WireReply]];
    expect(failed.results[0]).toMatchObject({ failed: expect.stringMatching(/EINVAL/), code: 'EINVAL' });
    // What else was done stays done.
    expect(failed.results[1]).toMatchObject({ rows: expect.any(String) });
    disk.broken = false;
    const [[again]] = (await ask([encodeMessages(messages)])) as [[WireReply]];
    expect(again.results).toEqual([messages.map(({ id }) => [id, 1_000, '["house"]'])]);
    // Also without the log that the disk may not have taken.
    const copy = `${path}.copy`;
    copyFileSync(path, copy);
    const db = new Database(copy);
    expect(db.prepare('SELECT count(*) AS n FROM message').get()).toMatchObject({ n: count });
    db.close();
  });

  it('does not say that a hand has done something to dead letters before it is sure of that', async () => {
    const { disk, ask, start } = served();
    disk.broken = true;
    start();
    for (const by of [
      { op: 'replay', ids: '[]', now: 2_000 },
      { op: 'discard', ids: '[]' },
    ] satisfies WireOp[]) {
      const [[reply]] = (await ask([by])) as [[WireReply]];
      expect(reply.results).toMatchObject([{ code: 'EINVAL' }]);
    }
  });

  it('refuses receipts as long as the disk fails', async () => {
    const { disk, ask, start } = served();
    disk.broken = true;
    start();
    for (const count of [8, 1, 8]) {
      const [[reply]] = (await ask([encodeMessages(burst(count))])) as [[WireReply]];
      expect(reply.results).toMatchObject([{ code: 'EINVAL' }]);
    }
  });
});
