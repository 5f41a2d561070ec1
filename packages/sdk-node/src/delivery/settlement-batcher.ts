import type { Queue, Settlement } from '../queue/queue.js';

/** `applied`: false when another claim has taken over. `error`: the queue could not take it. */
export type OnSettled = (applied: boolean, error?: unknown) => void;

interface Batch {
  readonly settlements: Settlement[];
  readonly done: OnSettled[];
}

/**
 * Settles in batches: what gathers while one batch is written is the next one. No timers, and callbacks instead of promises:
 * every delivery passes here.
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
    }
    this.#running = false;
  }
}
