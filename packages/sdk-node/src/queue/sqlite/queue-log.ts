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
  #turn = 0;
  #torn = false;

  /**
   * Opens the log: there is one once something was committed.
   *
   * @param path the database file
   * @param syncOf puts the log of a database file on the disk
   */
  constructor(path: string, syncOf: (path: string) => LogSync) {
    // Each with a descriptor of its own: one descriptor tells of a failed write once, to one of those who ask.
    this.#syncs = Array.from({ length: FLUSHES_AT_ONCE }, () => syncOf(path));
    for (const sync of this.#syncs) sync.open();
  }

  /** Resolves when everything that was committed before is on the disk; rejects when nobody knows. */
  async flush(): Promise<void> {
    this.#turn += 1;
    const torn = (error: unknown) => {
      this.#torn = true;
      throw error;
    };
    const asked = this.#syncs[this.#turn % FLUSHES_AT_ONCE]?.flush().catch(torn);
    let timer: NodeJS.Timeout | undefined;
    const impatient = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    const itself = impatient.then(() => this.flushNow()).catch(torn);
    try {
      await Promise.race([asked, itself]);
    } finally {
      clearTimeout(timer);
    }
    // SQLite reads its log up to the first page that is not whole: with one that is lost goes everything after it.
    if (this.#torn) throw new Error('the disk did not take what was written shortly before');
  }

  /** The same, waiting in this thread. */
  flushNow(): void {
    this.#syncs[0]?.flushNow();
  }

  /** Lets go of the log, after what is being flushed. */
  close(): void {
    for (const sync of this.#syncs) sync.close();
  }
}
