import { type BigIntStats, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { DeadLetters } from './dead-letters.js';
import { Enqueuer } from './enqueuer.js';
import { Packs } from './packs.js';
import { Processes } from './processes.js';
import { Reader } from './reader.js';
import { atomically, migrate } from './schema.js';
import { Settler } from './settler.js';
import type { WireFailure, WireOp, WireReply } from './wire.js';

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
  readonly file: BigIntStats | undefined;
}

/** Lives in the worker: one connection, and every batch of operations one transaction. */
export class Store {
  #open: Opened | undefined;
  /**
   * Connections whose file is gone from its path. Never closed: SQLite would delete the write-ahead log of the file that
   * took its place.
   */
  readonly #strays: Database.Database[] = [];
  /** SQLite's current `synchronous`: FULL only while a receipt depends on it. */
  #synchronous = '';

  /** @param started when the process started, in milliseconds: tells it from an earlier one with the same pid */
  constructor(
    private readonly path: string,
    private readonly started: number,
  ) {}

  /** Runs all operations; each gets its own result, also when the storage fails as a whole. */
  run(ops: readonly WireOp[]): Result[] {
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

  /** Hands back what is still claimed, and lets go of the file. */
  close(): void {
    const { db, processes } = this.#open ?? {};
    this.#open = undefined;
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
    const { db, file, ...parts } = this.#opened();
    // A lost claim or settlement only means one more attempt, which the receiver recognises; a lost receipt is lost money.
    const receipts = ops.some((op) => op.op === 'enqueue');
    this.#synchronise(db, receipts ? 'FULL' : 'NORMAL');
    return atomically(db, () => {
      const results = ops.map((op) => perform(op, parts));
      // Last, so that nothing is committed to a file that nobody will find again.
      if (receipts && !isSame(file, this.#stat())) throw new FileGone();
      return results;
    });
  }

  #stat(): BigIntStats | undefined {
    return statSync(this.path, { bigint: true, throwIfNoEntry: false });
  }

  #synchronise(db: Database.Database, mode: 'FULL' | 'NORMAL'): void {
    if (this.#synchronous === mode) return;
    db.exec(`PRAGMA synchronous = ${mode}`);
    this.#synchronous = mode;
  }

  #opened(): Opened {
    if (this.#open) return this.#open;
    mkdirSync(dirname(this.path), { recursive: true });
    const db = new Database(this.path);
    try {
      migrate(db);
      const processes = atomically(db, () => new Processes(db, this.started));
      const packs = new Packs(db, processes.self);
      const settler = new Settler(db, processes.self, packs);
      const parts = {
        enqueuer: new Enqueuer(db, packs),
        settler,
        reader: new Reader(db),
        deadLetters: new DeadLetters(db),
      };
      this.#open = { db, processes, file: this.#stat(), ...parts };
    } catch (error) {
      db.close();
      throw error;
    }
    this.#synchronous = '';
    return this.#open;
  }

  /** A connection that saw an I/O error or a damaged file is not trusted again: the next batch opens a new one. */
  #recover(error: unknown): void {
    const code = codeOf(error);
    if (code === 'SQLITE_BUSY' || code.startsWith('SQLITE_FULL')) return;
    const { db } = this.#open ?? {};
    this.#open = undefined;
    if (db && error instanceof FileGone) {
      this.#strays.push(db);
      return;
    }
    try {
      db?.close();
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

function isSame(one: BigIntStats | undefined, other: BigIntStats | undefined): boolean {
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
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

/** Failures of one statement's own data; every other one is about the storage as a whole. */
function isWhole(error: unknown): boolean {
  return !/^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE|ERROR)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

function failure(error: unknown): WireFailure {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === '' ? { failed: message } : { failed: message, code };
}
