import { stat } from 'node:fs/promises';
import Libsql from 'libsql';
import { openPostgres } from './intake-database.mjs';

/** Bytes that a tracker's tables and indexes take, and the place that PostgreSQL's write-ahead log has got to. */
export async function storedBytes(database) {
  if (database.type === 'sqlite') return { log: 0, disk: await sqliteBytes(database.path) };
  const client = await openPostgres(database);
  const { rows } = await client.query(`SELECT pg_current_wal_insert_lsn() - '0/0' AS log,
    (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'tallyback%') AS disk`);
  await client.end();
  return { log: Number(rows[0].log), disk: Number(rows[0].disk) };
}

/** Its log is folded into the file first. */
async function sqliteBytes(path) {
  const connection = new Libsql(path, { timeout: 5_000 });
  connection.pragma('wal_checkpoint(TRUNCATE)');
  connection.close();
  return (await stat(path)).size;
}
