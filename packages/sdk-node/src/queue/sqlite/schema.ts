import type Database from 'libsql';

/** "Tbk1": tells our files from any other SQLite database (PRAGMA application_id). */
const APPLICATION_ID = 0x54626b31;

/**
 * Each entry takes the schema one version further; `PRAGMA user_version` says how many have run.
 *
 * `message` is the identity, kept for ever: one row per (event, transaction id); `id` is NULL while only updates were seen.
 * `delivery` holds only what is not delivered. `due_at` is the one column that claims look at: when it is to be tried next,
 * when its lease ends, or NULL when it cannot be claimed (dead, or waiting for the row in `after`). So a claim is one range
 * of one index, however many rows wait for something else. `chained` is set only on rows that may follow another of the same
 * transaction, which keeps the two partial indexes nearly empty.
 * `owner` is the row of `process` that has claimed it.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE message (
     event TEXT NOT NULL, transaction_id TEXT NOT NULL,
     id TEXT, created_at INTEGER, destinations TEXT, first_seq INTEGER,
     PRIMARY KEY (event, transaction_id)
   ) WITHOUT ROWID;
   CREATE TABLE delivery (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL, destination TEXT NOT NULL, event TEXT NOT NULL, transaction_id TEXT NOT NULL,
     body TEXT NOT NULL, created_at INTEGER NOT NULL,
     due_at INTEGER, state INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0,
     step INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0,
     chained INTEGER, after INTEGER, owner INTEGER, answer TEXT
   );
   CREATE TABLE process (
     id INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, pid INTEGER NOT NULL, started INTEGER NOT NULL
   );
   CREATE INDEX delivery_due ON delivery (destination, due_at, state);
   CREATE INDEX delivery_chain ON delivery (transaction_id, event) WHERE chained = 1;
   CREATE INDEX delivery_after ON delivery (after) WHERE after IS NOT NULL;
   CREATE INDEX delivery_dead ON delivery (seq) WHERE state = 2;`,
  // A hand picks dead letters by their ids.
  'CREATE INDEX delivery_dead_id ON delivery (id) WHERE state = 2;',
  // `pack` is a batch as it arrived, `slice` a part of it whose rows share destination, state and lease: see `Packs`. Its
  // numbers come from the sequence of `delivery`.
  `CREATE TABLE pack (seq INTEGER PRIMARY KEY, rows TEXT NOT NULL);
   CREATE TABLE slice (
     id INTEGER PRIMARY KEY, pack INTEGER NOT NULL, mask INTEGER NOT NULL, size INTEGER NOT NULL,
     destination TEXT NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
     state INTEGER NOT NULL DEFAULT 0, attempt INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL, owner INTEGER
   );
   CREATE INDEX slice_due ON slice (destination, due_at, state);
   CREATE INDEX slice_pack ON slice (pack);
   INSERT INTO sqlite_sequence (name, seq)
     SELECT 'delivery', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'delivery');`,
];

/** Values of `delivery.state`. */
export const STATE = { pending: 0, leased: 1, dead: 2 } as const;

/** Prepares a fresh or older file. Safe when several processes open it at once. */
export function migrate(db: Database.Database): void {
  db.exec('PRAGMA busy_timeout = 5000');
  atomically(db, () => apply(db));
  // Outside any transaction: SQLite refuses to change the journal mode inside one.
  db.prepare('PRAGMA journal_mode = WAL').get();
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
