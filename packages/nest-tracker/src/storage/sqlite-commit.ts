import { createRequire } from 'node:module';
import type { SqliteConnection } from './sqlite-connection.js';

/**
 * Where a connection keeps the commit that is under way on another thread. Whoever else writes through the same
 * connection (the queue of partner postbacks does) waits for it, and is asked before the next transaction begins.
 */
const COMMITTING = Symbol.for('@tallyback/committing');

type Committing = SqliteConnection & { [COMMITTING]?: Promise<void> | undefined };

interface Libsql {
  readonly connection: new (...given: never[]) => object;
  /** Runs statements on a thread of the driver's own. */
  exec(this: object, sql: string): Promise<void>;
}

let libsql: Libsql | null | undefined;

/**
 * Ends a transaction and resolves when it is on the disk. With libsql the disk is waited for on another thread, so that
 * requests go on meanwhile; other drivers have only the way that stops the event loop.
 */
export async function commitAside(connection: SqliteConnection): Promise<void> {
  libsql ??= findLibsql();
  if (!libsql || !(connection instanceof libsql.connection)) {
    connection.exec('COMMIT');
    return;
  }
  const shared: Committing = connection;
  const commit = libsql.exec.call(connection, 'COMMIT');
  const over = () => undefined;
  shared[COMMITTING] = commit.then(over, over);
  try {
    await commit;
  } finally {
    shared[COMMITTING] = undefined;
  }
}

/** The commit of this connection that is under way; to ask the driver anything meanwhile stops the event loop. */
export function commitUnderWay(connection: Committing): Promise<void> | undefined {
  return connection[COMMITTING];
}

/** A host may bring another driver and not have this one. */
function findLibsql(): Libsql | null {
  const require = createRequire(import.meta.url);
  try {
    const { prototype } = require('libsql/promise') as { prototype: { exec: Libsql['exec'] } };
    return { connection: require('libsql') as Libsql['connection'], exec: prototype.exec };
  } catch {
    return null;
  }
}

/** Commits that take less are waited for where they are: handing them over takes about as long. In milliseconds. */
const QUICK_MS = 1.5;
/** A commit that took longer says no more than this: now and then one folds the whole log into the file. */
const LONG_MS = 4;
/** How many go aside before the disk is looked at again. */
const LOOK_AGAIN = 32;
/** Commits that the average goes back. */
const MEMORY = 8;

/** Ends transactions in the way that suits the disk: at once on a quick one, aside on one that takes its time. */
export class SqliteCommits {
  private average = 0;
  private aside = 0;

  /** @param now A clock in milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  readonly commit = async (connection: SqliteConnection): Promise<void> => {
    if (this.average > QUICK_MS && this.aside < LOOK_AGAIN) {
      this.aside++;
      return commitAside(connection);
    }
    this.aside = 0;
    const start = this.now();
    connection.exec('COMMIT');
    this.average += (Math.min(this.now() - start, LONG_MS) - this.average) / MEMORY;
  };
}
