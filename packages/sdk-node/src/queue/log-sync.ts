import { close, fdatasync, fdatasyncSync, openSync } from 'node:fs';

interface Group {
  readonly flushed: Promise<void>;
  readonly settle: (error: Error | null) => void;
}

/**
 * Puts SQLite's write-ahead log on the disk without stopping the thread that writes it. A commit with
 * `synchronous = NORMAL` leaves its pages with the operating system, where they survive a killed process; after `flush()`
 * they survive a power cut as well, as those of `synchronous = FULL` do, and meanwhile the connection makes the next
 * transaction. Checkpoints are safe in either mode: SQLite syncs the log before it folds it into the file, and the file
 * before it writes the log anew.
 *
 * Only for a file in WAL mode whose connection stays open: as long as one is, the log is not deleted.
 */
export class LogSync {
  readonly #log: string;
  #fd: number | undefined;
  #running: Group | undefined;
  #next: Group | undefined;

  /** @param path The database file. */
  constructor(path: string) {
    this.#log = `${path}-wal`;
  }

  /**
   * Opens the log now instead of at the first flush. There is one once something was committed. Whoever opens it before what
   * he flushes is told by the system of every failure to write it.
   */
  open(): void {
    this.#opened();
  }

  /**
   * Resolves when everything that was committed before this call is on the disk; calls made while the disk is at work share
   * the next turn. Rejects with the system's error: then nobody knows which of these commits are on the disk, and a later
   * turn that succeeds says nothing of them (https://wiki.postgresql.org/wiki/Fsync_Errors).
   */
  flush(): Promise<void> {
    if (this.#running) {
      this.#next ??= newGroup();
      return this.#next.flushed;
    }
    const group = newGroup();
    this.#start(group);
    return group.flushed;
  }

  /** The same, waiting in this thread: for one who has nothing else to do, as the hand-over takes its time too. */
  flushNow(): void {
    fdatasyncSync(this.#opened());
  }

  /** Lets go of the log. What is being flushed is flushed. */
  close(): void {
    const group = this.#next ?? this.#running;
    if (group) {
      const again = () => this.close();
      group.flushed.then(again, again);
      return;
    }
    const fd = this.#fd;
    this.#fd = undefined;
    // Nothing was written through it, so there is nothing that closing could lose.
    if (fd !== undefined) close(fd, () => undefined);
  }

  #start(group: Group): void {
    this.#running = group;
    const over = (error: Error | null) => {
      this.#running = undefined;
      const next = this.#next;
      this.#next = undefined;
      if (next) this.#start(next);
      group.settle(error);
    };
    try {
      fdatasync(this.#opened(), over);
    } catch (error) {
      over(error as Error);
    }
  }

  #opened(): number {
    // Windows flushes only what was opened for writing.
    this.#fd ??= openSync(this.#log, 'r+');
    return this.#fd;
  }
}

function newGroup(): Group {
  let settle: Group['settle'] = () => undefined;
  const flushed = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
  });
  return { flushed, settle };
}
