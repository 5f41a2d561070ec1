import { Worker } from 'node:worker_threads';
import { QueueUnavailableError } from '../../errors.js';
import { guardExit, halt } from './exit-guard.js';
import { NativeWork } from './native-work.js';
import type { WorkerData } from './sqlite-worker.js';
import type { WireBatch, WireOp, WireReply } from './wire.js';

/**
 * The built file: from dist/queue/sqlite/ and from src/queue/sqlite/ (Jest runs the sources, but a worker thread needs
 * JavaScript) this path leads to the same place.
 */
const WORKER = new URL('../../../dist/queue/sqlite/sqlite-worker.js', import.meta.url);

type Results = WireReply['results'];

interface Waiting {
  readonly resolve: (results: Results) => void;
  readonly reject: (error: Error) => void;
}

/** Talks to the worker thread; starts it at first use and again after a crash. */
export class WorkerClient {
  #worker: Worker | undefined;
  #work: NativeWork | undefined;
  #waiting = new Map<number, Waiting>();
  #n = 0;

  constructor(private readonly path: string) {}

  /** Resolves with one result per operation, after the commit; rejects when the worker died before it answered. */
  post(ops: readonly WireOp[]): Promise<Results> {
    return new Promise((resolve, reject) => {
      const worker = this.#started();
      // The process stays alive for an answer, and only for that.
      if (this.#waiting.size === 0) worker.ref();
      this.#n += 1;
      this.#waiting.set(this.#n, { resolve, reject });
      worker.postMessage({ n: this.#n, ops } satisfies WireBatch);
    });
  }

  async stop(): Promise<void> {
    if (this.#work) halt(this.#work);
    await this.#worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const work = new NativeWork();
    const started = Math.round(performance.timeOrigin);
    const workerData: WorkerData = { path: this.path, started, memory: work.memory };
    // The host's own flags (loaders, instrumentation) are not for this thread.
    const worker = new Worker(WORKER, { workerData, execArgv: [], name: 'tallyback-queue' });
    worker.unref();
    worker.on('message', (replies: WireReply[]) => this.#answer(worker, replies));
    worker.on('error', (error) => this.#lost(worker, error));
    const unguard = guardExit(work);
    worker.on('exit', () => {
      unguard();
      this.#lost(worker, undefined);
    });
    this.#worker = worker;
    this.#work = work;
    return worker;
  }

  #answer(worker: Worker, replies: WireReply[]): void {
    for (const { n, results } of replies) {
      const waiting = this.#waiting.get(n);
      this.#waiting.delete(n);
      waiting?.resolve(results);
    }
    if (this.#waiting.size === 0) worker.unref();
  }

  #lost(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#work = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) {
      reject(new QueueUnavailableError('The queue worker ended before it answered.', { cause }));
    }
  }
}
