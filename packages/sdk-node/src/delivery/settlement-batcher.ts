import type { Queue, Settlement } from '../queue/queue.js';

interface Waiting {
  readonly settlement: Settlement;
  readonly resolve: (applied: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Settles in batches: what gathers while one batch is written is the next one. No timers. */
export class SettlementBatcher {
  #waiting: Waiting[] = [];
  #running = false;

  constructor(private readonly queue: Queue) {}

  /** `false` when another claim has taken over. */
  settle(settlement: Settlement): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ settlement, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  /** Never rejects: every failure goes to the one who waits for it. */
  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const applied = await this.queue.settle(batch.map(({ settlement }) => settlement));
        for (const [index, { resolve }] of batch.entries()) resolve(applied[index] ?? false);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = false;
  }
}
