import { join } from 'node:path';
import { openPostgres } from './intake-database.mjs';

/** Makes databases for trackers, as options of TrackerModule. */
export async function databaseMaker(kind, { folder, postgres }) {
  if (kind === 'sqlite') return async (name) => ({ type: 'sqlite', path: join(folder, `intake-${name}.db`) });
  const server = await postgres();
  return async (name) => {
    const admin = await openPostgres({ url: server.url() });
    const database = `intake_${name.replaceAll(/\W/g, '_')}`;
    await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${database}`);
    await admin.end();
    return { type: 'postgres', url: server.url(database) };
  };
}
