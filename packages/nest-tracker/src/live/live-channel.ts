import type { DataSource } from 'typeorm';

/** The bytes of "tall"; locks of two numbers are told apart from those of one. */
const LOCK_CLASS = 0x74616c6c;

/** What the processes of one tracker on PostgreSQL find each other by. */
export interface LiveChannel {
  /** The channel of `LISTEN` and `NOTIFY`. */
  readonly name: string;
  /** Takes the lock that whoever listens holds together with the others who do, so that senders see whether anybody does. */
  readonly takeLock: string;
  /** A row, when somebody holds that lock. */
  readonly seeLock: string;
}

/**
 * Channels and advisory locks belong to the whole database, in which several trackers may live: in schemas of their own, or
 * with table names of their own. The number of a table is what they cannot have in common.
 *
 * @param table A table of this tracker, with its schema where it was given one, in quotes.
 */
export async function liveChannel(dataSource: DataSource, table: string): Promise<LiveChannel> {
  const [row] = await dataSource.query<{ oid: string }[]>('SELECT $1::regclass::oid::bigint AS oid', [table]);
  const oid = Number(row?.oid);
  return {
    name: `tallyback_live_${oid}`,
    // The numbers of a lock are signed; those of tables are not.
    takeLock: `SELECT pg_advisory_lock_shared(${LOCK_CLASS}, ${oid | 0})`,
    seeLock: `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = ${LOCK_CLASS} AND objid = ${oid}
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1`,
  };
}
