import { type BigIntStats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { LogSync } from '../log-sync.js';
import { DeadLetters } from './dead-letters.js';
import { Enqueuer } from './enqueuer.js';
import { codeOf, failure, isWhole } from './failures.js';
import { makeFolder } from './make-folder.js';
import { NativeWork } from './native-work.js';
import { Packs } from './packs.js';
import { Processes } from './processes.js';
import { QueueLog } from './queue-log.js';
import { Reader } from './reader.js';
import { atomically, migrate } from './schema.js';
import { Settler } from './settler.js';
import type { WireOp, WireReply } from './wire.js';

type Result = WireReply['results'][number];

interface Parts {
  readonly enqueuer: Enqueuer;
  readonly settler: Settler;
  readonly reader: Reader;
  readonly deadLetters: DeadLetters;
}

interface Opened extends Parts {
  readonly db: Database.Database;
  readonly processes: Processes;
  readonly file: BigIntStats;
  readonly log: QueueLog;
}

/**
 * Lives in the worker: one connection, and every batch of operations one transaction. A commit leaves its pages with the
 * operating system (`synchronous = NORMAL`). That will do for claims and settlements: a lost one means one more attempt,
 * which the receiver recognises. A lost receipt is lost money: it waits for {@link flush}, also when it tells of a row that
 * was there already, as whoever stored it, another process perhaps, may still be waiting for the disk.
 */
export class Store {
  #open: Opened | undefined;
  /**
   * Connections whose file is gone from its path. Never closed: SQLite would delete the write-ahead log of the file that
   * took its place.
   */
  readonly #strays: Database.Database[] = [];
  /** A flush has failed: nobody knows which pages of the log are on the disk, so no receipt may depend on any of them. */
  #doubtful = false;
  /** Where the first receipt went that was not flushed yet. */
  #promised: QueueLog | undefined;

  /**
   * @param started when the process started, in milliseconds: tells it from an earlier one with the same pid
   * @param syncOf puts the log of a database file on the disk
   * @param work tells when the driver is at work
   */
  constructor(
    private readonly path: string,
    private readonly started: number,
    private readonly syncOf = (path: string) => new LogSync(path),
    private readonly work = new NativeWork(),
  ) {}

  /** Runs all operations; each gets its own result, also when the storage fails as a whole. */
  run(ops: readonly WireOp[]): Result[] {
    return this.work.run(() => this.#run(ops));
  }

  #run(ops: readonly WireOp[]): Result[] {
    try {
      return this.#transaction(ops);
    } catch (error) {
      if (isWhole(error)) {
        this.#recover(error);
        return ops.map(() => failure(error));
      }
      // One of them is to blame: its neighbours must not suffer, so each runs alone.
      return ops.map((op) => this.#alone(op.op === 'settle' ? { ...op, onlyDelivered: false } : op));
    }
  }

  /**
   * Resolves when every receipt that `run` gave is on the disk. When it rejects, nobody knows which of them are, and the next
   * `run` begins by making sure.
   */
  async flush(): Promise<void> {
    const log = this.#unflushed();
    try {
      await log?.flush();
    } catch (error) {
      this.#distrust(log, error);
      throw error;
    }
  }

  /** The same, waiting in this thread. */
  flushNow(): void {
    const log = this.#unflushed();
    try {
      log?.flushNow();
    } catch (error) {
      this.#distrust(log, error);
      throw error;
    }
  }

  /** Hands back what is still claimed, and lets go of the file. */
  close(): void {
    this.work.run(() => this.#close());
  }

  #close(): void {
    const { db, processes, log } = this.#open ?? {};
    this.#open = undefined;
    log?.close();
    if (!db || !processes) return;
    try {
      atomically(db, () => processes.leave());
    } finally {
      db.close();
    }
  }

  #alone(op: WireOp): Result {
    try {
      const [result] = this.#transaction([op]);
      return result as Result;
    } catch (error) {
      if (isWhole(error)) this.#recover(error);
      else if (op.op === 'enqueue' && op.count > 1) return this.#oneByOne(op);
      return failure(error);
    }
  }

  #oneByOne(op: Extract<WireOp, { op: 'enqueue' }>): Result {
    return Enqueuer.split(op).map((single) => {
      try {
        const [result] = this.#transaction([single]);
        return Array.isArray(result) ? (result[0] as null) : null;
      } catch (error) {
        return failure(error);
      }
    });
  }

  #transaction(ops: readonly WireOp[]): Result[] {
    const { db, file, log, ...parts } = this.#opened();
    const receipts = ops.some(givesReceipts);
    const results = atomically(db, () => {
      const done = ops.map((op) => perform(op, parts));
      // Last, so that nothing is committed to a file that nobody will find again.
      if (receipts && !isSame(file, this.#stat())) throw new FileGone();
      return done;
    });
    if (receipts) this.#promised ??= log;
    return results;
  }

  #stat(): BigIntStats | undefined {
    return statSync(this.path, { bigint: true, throwIfNoEntry: false });
  }

  #opened(): Opened {
    if (this.#open) return this.#open;
    makeFolder(dirname(this.path));
    const db = new Database(this.path);
    let log: QueueLog | undefined;
    try {
      migrate(db);
      if (this.#doubtful) foldLog(db);
      const processes = atomically(db, () => new Processes(db, this.started));
      db.exec('PRAGMA synchronous = NORMAL');
      const file = this.#stat();
      // After a commit, so that there is a log, and before any that has to be flushed: the system tells of a failed write
      // only those who had the file open. That it is the log of this connection, the file says that is still in its place.
      log = new QueueLog(fileOf(db), this.syncOf);
      if (file === undefined || !isSame(file, this.#stat())) throw new FileGone();
      const packs = new Packs(db, processes.self);
      const settler = new Settler(db, processes.self, packs);
      const parts = {
        enqueuer: new Enqueuer(db, packs),
        settler,
        reader: new Reader(db),
        deadLetters: new DeadLetters(db),
      };
      this.#open = { db, processes, file, log, ...parts };
    } catch (error) {
      log?.close();
      this.#leave(db, error);
      throw error;
    }
    this.#doubtful = false;
    return this.#open;
  }

  /** A connection that saw an I/O error or a damaged file is not trusted again: the next batch opens a new one. */
  #recover(error: unknown): void {
    const code = codeOf(error);
    if (code === 'SQLITE_BUSY' || code.startsWith('SQLITE_FULL')) return;
    const { db, log } = this.#open ?? {};
    this.#open = undefined;
    log?.close();
    if (db) this.#leave(db, error);
  }

  /** The log to flush, as long as it is still that of the connection. */
  #unflushed(): QueueLog | undefined {
    const promised = this.#promised;
    this.#promised = undefined;
    if (promised === undefined || promised === this.#open?.log) return promised;
    this.#doubtful = true;
    throw new Error('the file was closed after a failure, before what had been stored was known to be on the disk');
  }

  #distrust(log: QueueLog | undefined, error: unknown): void {
    this.#doubtful = true;
    if (this.#open && this.#open.log === log) this.work.run(() => this.#recover(error));
  }

  #leave(db: Database.Database, error: unknown): void {
    if (error instanceof FileGone) {
      this.#strays.push(db);
      return;
    }
    try {
      db.close();
    } catch {
      // It could not even be closed: it is left to the end of the worker.
    }
  }
}

/** Somebody removed or replaced the file while it was open. */
class FileGone extends Error {
  readonly code = 'SQLITE_READONLY_DBMOVED';

  constructor() {
    super('the file was removed or replaced while the process used it; the next call opens what is at the path then');
  }
}

/** Where SQLite has the file, and the log beside it: where a symbolic link leads to. */
function fileOf(db: Database.Database): string {
  return (db.prepare('PRAGMA database_list').get() as { file: string }).file;
}

/**
 * Everything into the file itself, and the log begun anew. What comes behind a page that never reached the disk would be
 * lost with it.
 */
function foldLog(db: Database.Database): void {
  const { busy } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
  if (busy === 0) return;
  const message = 'the disk failed, and another process keeps the file busy; what is in its log cannot be made sure of';
  throw Object.assign(new Error(message), { code: 'SQLITE_BUSY' });
}

function isSame(one: BigIntStats | undefined, other: BigIntStats | undefined): boolean {
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
}

/** Whether somebody takes the answer for a promise: a receipt, or that what a hand did is done. */
export function givesReceipts({ op }: WireOp): boolean {
  return op === 'enqueue' || op === 'replay' || op === 'discard';
}

function perform(op: WireOp, on: Parts): Result {
  switch (op.op) {
    case 'enqueue':
      return on.enqueuer.enqueue(op);
    case 'claim':
      return on.settler.claim(op.request);
    case 'settle':
      return on.settler.settle(op);
    case 'extend':
      return on.settler.extend(op);
    case 'kept':
      return on.reader.kept(op.event, op.transactionId);
    case 'nextDue':
      return on.reader.nextDue(op.destinations);
    case 'counts':
      return on.reader.counts(op.destinations);
    case 'list':
      return on.reader.list(op.request);
    case 'replay':
      return on.deadLetters.replay(op.ids, op.now);
    case 'discard':
      return on.deadLetters.discard(op.ids);
    default:
      return null;
  }
}
