import type { TrackerDatabase } from './tracker-database.js';

const WAYS = '{ type: "sqlite", path: "var/tracker.db" } or { type: "postgres", url: "postgres://user@host/database" }';

/**
 * The option `database` as it is, when it can be opened as far as one can tell by looking at it.
 *
 * @throws Error that names the field and says what belongs there.
 */
export function checkedDatabase(database: TrackerDatabase): TrackerDatabase {
  // Options come from files and factories too, where no compiler has looked at them.
  if (typeof database !== 'object') {
    throw new Error(`TrackerModule: database is a ${typeof database}; it must be ${WAYS}.`);
  }
  const given: { type?: unknown; path?: unknown; url?: unknown } = database;
  if (given.type === 'sqlite') {
    if (typeof given.path === 'string' && given.path !== '') return database;
    throw new Error('TrackerModule: database.path is empty. Set it to the path of a file, such as "var/tracker.db".');
  }
  if (given.type !== 'postgres') {
    throw new Error(
      `TrackerModule: database.type is ${JSON.stringify(given.type)}, but the tracker stores in SQLite or PostgreSQL: ${WAYS}.`,
    );
  }
  if (!given.url) {
    throw new Error('TrackerModule: database.url is empty. Set it to postgres://user:password@host:port/database.');
  }
  // Not quoted: it may hold a password.
  if (typeof given.url === 'string' && /^postgres(ql)?:\/\//.test(given.url)) return database;
  throw new Error('TrackerModule: database.url must begin with postgres:// or postgresql://.');
}
