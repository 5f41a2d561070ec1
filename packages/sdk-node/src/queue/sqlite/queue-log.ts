import { LogSync } from '../log-sync.js';

/** While the disk is at one group, the next is written and sent after it. */
export const FLUSHES_AT_ONCE = 2;

/**
 * After so many milliseconds this thread asks the disk itself. The threads that ask otherwise are shared by the whole process,
 * and may all be busy with something of the host's that takes long, such as hashing passwords.
 */
const PATIENCE_MS = 100;

/** The write-ahead log of a connection, for as long as that lives. */
export class QueueLog {
  readonly #syncs: readonly LogSync[];
  /** What this thread asks itself. */
  readonly #own: LogSync;
  #turn = 0;
  #torn = false;
  #closed = false;

  /**
   * Opens the log: there is one once something was committed.
   *
   * @param path the database file
   * @param syncOf puts the log of a database file on the disk
   * @param patienceMs how long other threads are waited for, in milliseconds; default 100
   */
  constructor(
    path: string,
    syncOf: (path: string) => LogSync,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    // Each with a descriptor of its own: one descriptor tells of a failed write once, to one of those who ask.
    this.#syncs = Array.from({ length: FLUSHES_AT_ONCE }, () => syncOf(path));
    this.#own = syncOf(path);
    try {
      for (const sync of this.#all()) sync.open();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Resolves when everything that was committed before is on the disk; rejects when nobody knows. */
  async flush(): Promise<void> {
    this.#turn += 1;
    const asked = this.#syncs[this.#turn % FLUSHES_AT_ONCE]?.flush().catch((error: unknown) => this.#tear(error));
    let timer: NodeJS.Timeout | undefined;
    const impatient = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.patienceMs);
    });
    const itself = impatient.then(() => this.flushNow());
    try {
      await Promise.race([asked, itself]);
    } finally {
      clearTimeout(timer);
    }
    this.#check();
  }

  /** The same, waiting in this thread. */
  flushNow(): void {
    // What is at the path by now may be the log of another file, and nobody would let go of it.
    if (this.#closed) throw new Error('the log was let go of');
    try {
      this.#own.flushNow();
    } catch (error) {
      this.#tear(error);
    }
    this.#check();
  }

  /** Lets go of the log, after what is being flushed. */
  close(): void {
    this.#closed = true;
    for (const sync of this.#all()) sync.close();
  }

  #all(): LogSync[] {
    return [...this.#syncs, this.#own];
  }

  #tear(error: unknown): never {
    this.#torn = true;
    throw error;
  }

  /** SQLite reads its log up to the first page that is not whole: with one that is lost goes everything after it. */
  #check(): void {
    if (this.#torn) throw new Error('the disk did not take what was written shortly before');
  }
}
