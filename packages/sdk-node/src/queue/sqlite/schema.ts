import type Database from 'libsql';

/** "Tbk1": tells our files from any other SQLite database (PRAGMA application_id). */
const APPLICATION_ID = 0x54626b31;

/**
 * Each entry takes the schema one version further; `PRAGMA user_version` says how many have run.
 *
 * `message` is the identity, kept for ever: one row per (transaction id, event), so that it holds nothing else than the
 * number of its first delivery. That is NULL while only updates were seen. `batch`, kept for ever too, has the rest: messages
 * that were stored together, with consecutive numbers, `stride` for each and `rows` in all, and their ids as one text.
 *
 * `delivery` holds only what is not delivered. `due_at` is the one column that claims look at: when it is to be tried next,
 * when its lease ends, or NULL when it cannot be claimed (dead, or waiting for the row in `after`). So a claim is one range
 * of one index, however many rows wait for something else. `chained` is set only on rows that may follow another of the same
 * transaction, which keeps the two partial indexes nearly empty.
 * `owner` is the row of `process` that has claimed it.
 *
 * `pack` is the deliveries of a batch as they arrived, `slice` a part of it whose rows share destination, state and lease:
 * see `Packs`. The number of a slice is that of the first row that it was made with. Numbers of deliveries are given out
 * once: `batch` and `number`, the last one that went to an update, say which are taken.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE message (
     transaction_id TEXT NOT NULL, event TEXT NOT NULL, first_seq INTEGER, PRIMARY KEY (transaction_id, event)
   ) WITHOUT ROWID;
   CREATE TABLE batch (
     seq INTEGER PRIMARY KEY, rows INTEGER NOT NULL, stride INTEGER NOT NULL,
     created_at INTEGER NOT NULL, destinations TEXT NOT NULL, ids TEXT NOT NULL
   );
   CREATE TABLE number (last INTEGER NOT NULL);
   INSERT INTO number VALUES (0);
   CREATE TABLE delivery (
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL, destination TEXT NOT NULL, event TEXT NOT NULL, transaction_id TEXT NOT NULL,
     body TEXT NOT NULL, created_at INTEGER NOT NULL,
     due_at INTEGER, state INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0,
     step INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0,
     chained INTEGER, after INTEGER, owner INTEGER, answer TEXT
   );
   CREATE TABLE pack (seq INTEGER PRIMARY KEY, rows TEXT NOT NULL);
   CREATE TABLE slice (
     id INTEGER PRIMARY KEY, pack INTEGER NOT NULL, mask INTEGER NOT NULL, size INTEGER NOT NULL,
     destination TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
     state INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL, owner INTEGER
   );
   CREATE TABLE process (
     id INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, pid INTEGER NOT NULL, started INTEGER NOT NULL
   );
   CREATE INDEX delivery_due ON delivery (destination, due_at, state);
   CREATE INDEX delivery_chain ON delivery (transaction_id, event) WHERE chained = 1;
   CREATE INDEX delivery_after ON delivery (after) WHERE after IS NOT NULL;
   CREATE INDEX delivery_dead ON delivery (seq) WHERE state = 2;
   CREATE INDEX delivery_dead_id ON delivery (id) WHERE state = 2;
   CREATE INDEX slice_due ON slice (destination, due_at, state);`,
];

/** The last number that was given to a delivery. */
export const LAST_SEQ = `SELECT max(last, coalesce((SELECT seq + rows - 1 FROM batch ORDER BY seq DESC LIMIT 1), 0)) AS seq
  FROM number`;

/** The rows that tell of an identity: the message, and the batch it came with unless only updates were seen. */
export const IDENTITY = `message m LEFT JOIN batch b ON b.seq = (SELECT max(seq) FROM batch WHERE seq <= m.first_seq)
  WHERE m.transaction_id = ? AND m.event = ?`;

/** Values of `delivery.state`. */
export const STATE = { pending: 0, leased: 1, dead: 2 } as const;

/** Prepares a fresh or older file. Safe when several processes open it at once. */
export function migrate(db: Database.Database): void {
  db.exec('PRAGMA busy_timeout = 5000');
  atomically(db, () => apply(db));
  // Outside any transaction: SQLite refuses to change the journal mode inside one.
  const { journal_mode: mode } = db.prepare('PRAGMA journal_mode = WAL').get() as { journal_mode: string };
  // It says so only here, and a receipt is what was flushed of this log.
  if (mode !== 'wal') {
    throw new Error(
      `SQLite keeps no write-ahead log on this file system (journal mode "${mode}"); put the queue file on a local disk`,
    );
  }
  // A longer log before it is folded into the file: fewer fsyncs of the file itself while orders pour in.
  db.exec('PRAGMA wal_autocheckpoint = 4000');
}

/** Runs `work` in one write transaction; what it throws undoes everything. */
export function atomically<Result>(db: Database.Database, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function apply(db: Database.Database): void {
  const version = numberOf(db, 'user_version');
  const application = numberOf(db, 'application_id');
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get() as { n: number };
  if (application !== APPLICATION_ID && tables.n > 0) {
    throw new Error('the file is an SQLite database, but not a Tallyback queue; give the queue a file of its own');
  }
  if (version > MIGRATIONS.length) {
    throw new Error(`the queue was made by a newer version (schema ${version}, this one knows ${MIGRATIONS.length})`);
  }
  for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
}

function numberOf(db: Database.Database, pragma: string): number {
  const row = db.prepare(`PRAGMA ${pragma}`).get() as Record<string, number>;
  return row[pragma] ?? 0;
}
