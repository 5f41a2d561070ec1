import { startPostgres } from '../postgres/start-postgres.mjs';

/** Jest's global set-up: one PostgreSQL server for all specs, each of which makes a database of its own. */
export default async function postgresUp() {
  const server = await startPostgres();
  process.env.TALLYBACK_TEST_POSTGRES = server.url();
  globalThis.tallybackTestPostgres = server;
}
