import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { NativeWork } from './native-work.js';

/** A thread that is always at work: says when it is at it, and how often it began. */
const BUSY = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { module, memory, shared } = workerData;
  import(module).then(({ NativeWork }) => {
    const work = new NativeWork(memory);
    parentPort.postMessage('at work');
    for (;;) {
      work.run(() => {
        Atomics.store(shared, 1, 1);
        work.run(() => Atomics.add(shared, 0, 1));
        for (let spin = 0; spin < 10_000; spin += 1) Atomics.load(shared, 0);
        Atomics.store(shared, 1, 0);
      });
    }
  });`;

describe('NativeWork', () => {
  it('lets a thread finish what it is at, and begin nothing after it was halted', async () => {
    const work = new NativeWork();
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const module = pathToFileURL(join(__dirname, '../../../dist/queue/sqlite/native-work.js')).href;
    const worker = new Worker(BUSY, { eval: true, execArgv: [], workerData: { module, memory: work.memory, shared } });
    try {
      await once(worker, 'message');
      work.halt();
      work.waitUntilIdle(30_000);
      const begun = Atomics.load(shared, 0);
      expect(Atomics.load(shared, 1)).toBe(0);
      // Time enough to begin again, for one who would.
      expect(Atomics.wait(shared, 1, 0, 20)).toBe('timed-out');
      expect(Atomics.load(shared, 0)).toBe(begun);
    } finally {
      await worker.terminate();
    }
  });

  it('waits for nobody who is not at work, also after work that failed', async () => {
    const work = new NativeWork();
    const refuse = () => {
      throw new Error('the disk failed');
    };
    expect(() => work.run(refuse)).toThrow('the disk failed');
    await expect(work.load(async () => refuse())).rejects.toThrow('the disk failed');
    expect(work.run(() => work.run(() => 'done'))).toBe('done');
    work.halt();
    const began = performance.now();
    work.waitUntilIdle(30_000);
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
