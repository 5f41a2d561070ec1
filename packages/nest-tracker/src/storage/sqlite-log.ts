import { LogSync } from '@tallyback/sdk-node/outbox';
import type { SqliteConnection } from './sqlite-connection.js';
import { UnsyncedError } from './storage-failure.js';
import type { RawRow } from './transaction-work.js';

/** What `PRAGMA synchronous` says for FULL; EXTRA is more. */
const FULL = 2;

/** How often the disk may be asked at once: while it is at one group, another is written and sent after it. */
export const FLUSHES_AT_ONCE = 2;

/**
 * The write-ahead log of a SQLite file, put on the disk beside the event loop.
 *
 * A commit with `synchronous = FULL` stops the event loop until the disk has answered. `relax` lets one transaction leave
 * its pages with the operating system, `restore` takes that back for everybody else on the connection, and whoever has
 * waited for `flush` has what FULL promises, while the connection went on to the next transaction. Until then others can
 * read what a power cut would undo. Nobody outside is told of it for all that: a transaction that decides by what it read
 * is flushed itself before its answer, and what it read lies before it in the log; the queue of partner postbacks claims
 * what it sends in a transaction that is FULL.
 */
export class SqliteLog {
  private flushes = 0;
  private failures = 0;
  private torn = false;

  private constructor(
    private readonly connection: SqliteConnection,
    /** Each with a file descriptor of its own: one descriptor tells of a failed write once, to one of those who ask. */
    private readonly syncs: readonly LogSync[],
    private readonly usual: number,
  ) {}

  /**
   * The log of a connection; undefined where there is none, or commits are not waited for anyway: a database in memory,
   * another journal mode, less than FULL.
   */
  static of(connection: SqliteConnection): SqliteLog | undefined {
    const all = (pragma: string): RawRow[] => connection.prepare(`PRAGMA ${pragma}`).all([]);
    const path = all('database_list').find(({ name }) => name === 'main')?.file as string | null | undefined;
    const usual = all('synchronous')[0]?.synchronous as number;
    if (!path || all('journal_mode')[0]?.journal_mode !== 'wal' || usual < FULL) return undefined;
    const syncs = Array.from({ length: FLUSHES_AT_ONCE }, () => new LogSync(path));
    return new SqliteLog(connection, syncs, usual);
  }

  /** Before BEGIN: SQLite refuses it within a transaction. */
  relax(): void {
    this.connection.exec('PRAGMA synchronous = NORMAL');
  }

  /** After COMMIT or ROLLBACK, before anybody else's turn. */
  restore(): void {
    this.connection.exec(`PRAGMA synchronous = ${this.usual}`);
  }

  /**
   * Resolves when everything that has been committed is on the disk.
   *
   * @throws UnsyncedError when nobody knows whether it is.
   */
  async flush(): Promise<void> {
    const { failures } = this;
    try {
      await this.syncs[this.flushes++ % this.syncs.length]?.flush();
    } catch (cause) {
      this.failures++;
      this.torn = true;
      throw new UnsyncedError(cause);
    }
    // SQLite reads its log up to the first page that is not whole: with one that is lost goes everything after it.
    if (this.failures !== failures) throw new UnsyncedError();
  }

  /**
   * Before a transaction. After a flush that failed it folds the log into the file, which SQLite syncs itself: otherwise
   * what is read there, and what is added to it, could be gone with the part that was lost.
   *
   * @throws UnsyncedError while it cannot be done.
   */
  mend(): void {
    if (!this.torn) return;
    const [row] = this.connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all([]);
    if (row?.busy !== 0) throw new UnsyncedError();
    this.torn = false;
  }

  /** Lets go of the file, after what is being flushed. */
  async close(): Promise<void> {
    for (const sync of this.syncs) {
      // A failure is told to those who wait for their own.
      await sync.flush().catch(() => undefined);
      sync.close();
    }
  }
}
