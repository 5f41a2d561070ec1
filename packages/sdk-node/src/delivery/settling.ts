import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settlement } from '../queue/queue.js';
import { backoff } from './backoff.js';
import type { LaneContext } from './lane-context.js';

/** Writes what became of one lane's deliveries, and tells of each once it is written. */
export class Settling {
  /** How many are not written yet. */
  running = 0;

  /**
   * @param stopping ends the patience with a queue that fails
   * @param onDone after each, written or not
   * @param onError what went wrong meanwhile
   */
  constructor(
    private readonly context: LaneContext,
    private readonly stopping: AbortSignal,
    private readonly onDone: () => void,
    private readonly onError: (error: unknown) => void,
  ) {
    // Every settlement that waits for the queue listens; Node would take more than ten for a leak.
    setMaxListeners(0, stopping);
  }

  settle(settlement: Settlement, report: () => void): void {
    this.running += 1;
    this.#write(settlement, report, this.context.now() + this.context.leaseMs, 1);
  }

  /** Until the queue takes it, or its lease is over for sure: one that is lost costs one more request. */
  #write(settlement: Settlement, report: () => void, end: number, tries: number): void {
    this.context.batcher.settle(settlement, (applied, error) => {
      if (error !== undefined) {
        this.onError(error);
        if (!this.stopping.aborted && this.context.now() < end) {
          const again = () => this.#write(settlement, report, end, tries + 1);
          // Woken early when the lane stops: that is the last try.
          sleep(backoff(tries), undefined, { ref: false, signal: this.stopping }).then(again, again);
          return;
        }
      }
      this.#done(applied, report);
    });
  }

  /** The lane goes on, whatever is thrown by those who are told. */
  #done(applied: boolean, report: () => void): void {
    this.running -= 1;
    if (applied) this.#guarded(report);
    this.#guarded(this.onDone);
  }

  /** The batcher has nobody to tell of what is thrown here, by a clock of the host's perhaps. */
  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.onError(error);
    }
  }
}
