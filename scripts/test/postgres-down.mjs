/** Jest's global tear-down. */
export default async function postgresDown() {
  await globalThis.tallybackTestPostgres?.stop();
}
