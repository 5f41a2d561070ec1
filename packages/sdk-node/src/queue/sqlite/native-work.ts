const RUNNING = 1;
const HALTED = 2;

/**
 * The driver aborts the whole process when its thread is ended while it is at work in native code: it cannot make the values
 * that it wants to return. So the thread that owns the connection says here when it is, and stands still when it is told to;
 * whoever is about to end it tells it to, and waits until it is out. The memory is shared by both.
 */
export class NativeWork {
  readonly #state: Int32Array;
  #nested = false;

  constructor(readonly memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#state = new Int32Array(memory);
  }

  /** In the thread of the connection: around everything that calls the driver. Never returns once it was halted. */
  run<Result>(work: () => Result): Result {
    if (this.#nested) return work();
    this.#enter();
    this.#nested = true;
    try {
      return work();
    } finally {
      this.#nested = false;
      this.#leave();
    }
  }

  /** The same, around what loads the driver. */
  async load<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** In the other thread: from now on no work begins. */
  halt(): void {
    Atomics.or(this.#state, 0, HALTED);
  }

  /** In the other thread, after {@link halt}: returns when no work is under way, or after so many milliseconds. */
  waitUntilIdle(timeoutMs: number): void {
    Atomics.wait(this.#state, 0, RUNNING | HALTED, timeoutMs);
  }

  #enter(): void {
    // Whoever halted it ends this thread: nothing is lost that had an answer.
    while (Atomics.compareExchange(this.#state, 0, 0, RUNNING) !== 0) Atomics.wait(this.#state, 0, HALTED);
  }

  #leave(): void {
    if (Atomics.and(this.#state, 0, ~RUNNING) !== RUNNING) Atomics.notify(this.#state, 0);
  }
}
