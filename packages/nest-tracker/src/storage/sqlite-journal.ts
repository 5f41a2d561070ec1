import type { DataSource } from 'typeorm';
import { sqliteConnectionOf } from './sqlite-connection.js';
import type { RawRow } from './transaction-work.js';

/**
 * Says what is amiss with the journal of a SQLite file, or nothing. SQLite refuses the write-ahead log without an error
 * where the file system cannot share memory between those who have the file open.
 */
export function journalFault(dataSource: DataSource): string | undefined {
  const all = (pragma: string): RawRow[] => sqliteConnectionOf(dataSource).prepare(`PRAGMA ${pragma}`).all([]);
  const file = all('database_list').find(({ name }) => name === 'main')?.file;
  const mode = String(all('journal_mode')[0]?.journal_mode);
  if (!file || mode === 'wal') return undefined;
  return (
    `The file system of ${String(file)} does not let SQLite keep a write-ahead log (journal_mode is "${mode}"). What is ` +
    'answered is stored all the same, but every commit stops the process until the disk has it, and whoever reads the file ' +
    'makes the tracker wait or answer 503. Put the file on a local disk, or use PostgreSQL.'
  );
}

/**
 * Folds the log of a SQLite file into the file, which SQLite syncs itself, as far as nobody else uses it: a process before
 * this one may have failed to get its log to the disk, and have been killed before it could mend that.
 */
export function foldLog(dataSource: DataSource): void {
  const connection = sqliteConnectionOf(dataSource);
  const [row] = connection.prepare('PRAGMA busy_timeout').all([]);
  connection.exec('PRAGMA busy_timeout = 0');
  try {
    connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all([]);
  } catch {
    // Such as a disk that is full: whoever writes is told.
  } finally {
    connection.exec(`PRAGMA busy_timeout = ${Number(row?.timeout)}`);
  }
}
