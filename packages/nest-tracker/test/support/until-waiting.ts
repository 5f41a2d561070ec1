import type { TestDatabase } from './databases.js';

/** Until so many connections to a PostgreSQL database wait for the lock of another one. */
export async function untilWaiting(database: TestDatabase, count = 1): Promise<void> {
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
  while ((await database.query(waiting)).length < count);
}
