import { openPostgres, openSqlite } from './intake-database.mjs';

const AT_ONCE = 10_000;
const CHUNK = 100;
const COLUMNS =
  'id, at, kind, bot, is_unique, first_party, campaign_id, offer_id, partner_id, advertiser_id, visitor, external_id, sub1, currency, ip, user_agent';
const AGENT = 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';

/** Puts clicks of one campaign into the tracker's table, past the tracker. */
export async function fillClicks(database, clicks, ids) {
  const { campaignId, offerId, partnerId, advertiserId } = ids;
  const rest = [campaignId, offerId, partnerId, advertiserId, 'v'.repeat(22), 'X1', 'sub', 'EUR', '203.0.113.0', AGENT];
  return database.type === 'postgres' ? fillPostgres(database, clicks, rest) : fillSqlite(database, clicks, rest);
}

async function fillPostgres(database, clicks, rest) {
  const client = await openPostgres(database);
  const values = rest.map((_, i) => `$${i + 3}::text`).join(', ');
  const text = `INSERT INTO tallyback_clicks (${COLUMNS})
    SELECT id, at, 'click', false, false, false, ${values} FROM unnest($1::text[], $2::bigint[]) AS k(id, at)`;
  for (let first = 0; first < clicks.count; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, clicks.count - first) }, (_, i) => first + i);
    await client.query(text, [numbers.map(clicks.idOf), numbers.map(clicks.timeOf), ...rest]);
  }
  await client.query('VACUUM ANALYZE tallyback_clicks');
  await client.end();
}

function fillSqlite(database, clicks, rest) {
  const connection = openSqlite(database);
  const tuple = `(?, ?, 'click', 0, 0, 0, ${rest.map(() => '?').join(', ')})`;
  const insert = (rows) =>
    connection.prepare(`INSERT INTO tallyback_clicks (${COLUMNS}) VALUES ${Array(rows).fill(tuple).join(', ')}`);
  const chunk = insert(CHUNK);
  for (let first = 0; first < clicks.count; first += AT_ONCE) {
    connection.exec('BEGIN');
    const end = Math.min(first + AT_ONCE, clicks.count);
    for (let i = first; i < end; i += CHUNK) {
      const numbers = Array.from({ length: Math.min(CHUNK, end - i) }, (_, n) => i + n);
      const parameters = numbers.flatMap((n) => [clicks.idOf(n), clicks.timeOf(n), ...rest]);
      (numbers.length === CHUNK ? chunk : insert(numbers.length)).run(parameters);
    }
    connection.exec('COMMIT');
  }
  connection.close();
}
