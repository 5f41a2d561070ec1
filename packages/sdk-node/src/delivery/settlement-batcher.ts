import { setTimeout as pause } from 'node:timers/promises';
import type { Queue, Settlement } from '../queue/queue.js';

/** `applied`: false when another claim has taken over. `error`: the queue could not take it. */
export type OnSettled = (applied: boolean, error?: unknown) => void;

/**
 * Between two batches: what gathers meanwhile shares a transaction (a tenth of the queue's work was measured, and more at
 * moderate rates). Who is killed in it sends a few more a second time, under the same ids.
 */
const PAUSE_MS = 2;

interface Batch {
  readonly settlements: Settlement[];
  readonly done: OnSettled[];
}

/**
 * Settles in batches: what gathers while one batch is written, and shortly after, is the next one. Callbacks instead of
 * promises: every delivery passes here.
 */
export class SettlementBatcher {
  #waiting: Batch = { settlements: [], done: [] };
  #running = false;

  constructor(private readonly queue: Queue) {}

  /** `done` is called once; it must not throw. */
  settle(settlement: Settlement, done: OnSettled): void {
    this.#waiting.settlements.push(settlement);
    this.#waiting.done.push(done);
    if (!this.#running) void this.#run();
  }

  /** Never rejects: every failure goes to the one who waits for it. */
  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.settlements.length > 0) {
      const { settlements, done } = this.#waiting;
      this.#waiting = { settlements: [], done: [] };
      let applied: readonly boolean[] = [];
      let failure: unknown;
      try {
        applied = await this.queue.settle(settlements);
      } catch (error) {
        failure = error ?? new Error('the queue gave no reason');
      }
      for (const [index, told] of done.entries()) told(applied[index] ?? false, failure);
      await pause(PAUSE_MS);
    }
    this.#running = false;
  }
}
