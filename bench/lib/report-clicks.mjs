import { openPostgres, openSqlite } from './intake-database.mjs';

const DAY_MS = 86_400_000;
const DAYS = 31;
const AT_ONCE = 500_000;
const COUNTRIES = ['DE', 'FR', 'GB', 'US', 'JP', 'BR', 'IN', 'PL'];
const COLUMNS = [
  ...['id', 'at', 'kind', 'bot', 'is_unique', 'first_party', 'campaign_id', 'offer_id', 'partner_id', 'advertiser_id'],
  ...['visitor', 'country', 'device', 'os', 'browser', 'sub1', 'cost', 'currency'],
].join(', ');

/**
 * Puts clicks of the last month into the tracker's table by SQL alone: spread over campaigns, countries, devices and
 * sub-ids, one in eight a robot's. The n-th is the same on both databases but for its time.
 *
 * @param {{ id: string, offerId: string, partnerId: string, advertiserId: string }[]} campaigns
 */
export async function fillReportClicks(database, count, campaigns) {
  const start = Math.floor(Date.now() / DAY_MS - DAYS) * DAY_MS;
  const apart = Math.floor((DAYS * DAY_MS) / count);
  const values = campaigns.map(
    (row, i) => `(${i}, '${row.id}', '${row.offerId}', '${row.partnerId}', '${row.advertiserId}')`,
  );
  const postgres = database.type === 'postgres';
  const pick = (names, step) =>
    `CASE (i / ${step}) % ${names.length} ${names.map((name, n) => `WHEN ${n} THEN '${name}'`).join(' ')} END`;
  const padded = (length, number) =>
    postgres ? `lpad((${number})::text, ${length}, '0')` : `printf('%0${length}d', ${number})`;
  const flag = (condition) => (postgres ? condition : `(${condition})`);
  const select = `SELECT '01' || ${padded(24, `${start} * 100000 + i`)}, ${start} + i * ${apart}, 'click', ${flag('i % 8 = 3')},
      ${flag('i % 8 <> 3 AND i % 3 = 0')}, ${flag('i < 0')}, c.id, c.offer_id, c.partner_id, c.advertiser_id,
      ${padded(22, '(i * 7919) % 3000017')}, ${pick(COUNTRIES, 7)}, ${pick(['desktop', 'mobile', 'tablet'], 3)},
      ${pick(['Windows', 'Android', 'iOS', 'macOS'], 5)}, ${pick(['Chrome', 'Safari', 'Firefox', 'Edge'], 11)},
      'sub' || (i % 1000), i % 50, 'EUR'`;
  const join = `JOIN bench_campaigns c ON c.n = (i * 31) % ${campaigns.length}`;
  const table = `CREATE TABLE bench_campaigns AS SELECT ${postgres ? '*' : 'column1 AS n, column2 AS id, column3 AS offer_id, column4 AS partner_id, column5 AS advertiser_id'}
    FROM (VALUES ${values.join(', ')})${postgres ? ' AS c(n, id, offer_id, partner_id, advertiser_id)' : ''}`;
  const run = postgres ? await postgresRunner(database) : sqliteRunner(database);
  await run.exec(table);
  for (let first = 0; first < count; first += AT_ONCE) {
    const last = Math.min(first + AT_ONCE, count) - 1;
    const numbers = postgres
      ? `generate_series(${first}::bigint, ${last}::bigint) AS n(i)`
      : `(WITH RECURSIVE n(i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${last}) SELECT i FROM n)`;
    await run.exec(`INSERT INTO tallyback_clicks (${COLUMNS}) ${select} FROM ${numbers} ${join}`);
  }
  await run.close();
}

function sqliteRunner(database) {
  const connection = openSqlite(database);
  // Only while it is filled: whoever pulls the plug here starts again.
  connection.pragma('synchronous = OFF');
  connection.pragma('wal_autocheckpoint = 100000');
  return {
    exec: async (sql) => connection.exec(sql),
    close: async () => {
      connection.pragma('wal_checkpoint(TRUNCATE)');
      connection.close();
    },
  };
}

async function postgresRunner(database) {
  const client = await openPostgres(database);
  await client.query('SET synchronous_commit = off');
  return {
    exec: (sql) => client.query(sql),
    close: async () => {
      await client.query('VACUUM ANALYZE tallyback_clicks');
      await client.end();
    },
  };
}
