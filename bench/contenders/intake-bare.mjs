import { Conversion, InboundPostback, LedgerEntry, SeenDelivery } from '@tallyback/nest-tracker';
import { rowsOf } from '../lib/intake.mjs';
import { columnsOf, openPostgres, openSqlite } from '../lib/intake-database.mjs';

const TABLES = [
  ['conversion', 'tallyback_conversions', Conversion],
  ['delivery', 'tallyback_seen_deliveries', SeenDelivery],
  ['ledger', 'tallyback_ledger', LedgerEntry],
  ['logged', 'tallyback_inbound_postbacks', InboundPostback],
];
const CLICK = 'c.id, c.at, c.campaign_id, c.offer_id, c.partner_id, c.advertiser_id, c.currency';

/** The tracker's statements issued by hand: a group of so many orders in one transaction, nothing decided. */
export async function openBare(database, click, size) {
  const tables = [];
  for (const [kind, table, entity] of TABLES) tables.push({ kind, table, columns: await columnsOf(database, entity) });
  const open = database.type === 'postgres' ? bareOnPostgres : bareOnSqlite;
  const { group, close } = await open(database, tables, size);
  return {
    async storeGroup(order) {
      const orders = Array.from({ length: size }, order);
      await group(orders, () => orders.map((one) => rowsOf(one, { click, now: Date.now() })));
    },
    close,
  };
}

async function bareOnSqlite(database, tables, size) {
  const connection = openSqlite(database);
  const pick = (columns, table, on) =>
    connection.prepare(`SELECT ${columns} FROM json_each(?) k CROSS JOIN ${table} c ON ${on}`);
  const clicks = pick(CLICK, 'tallyback_clicks', 'c.id = k.value');
  const identity = 'c.advertiser_id = k.value ->> 0 AND c.event = k.value ->> 1 AND c.transaction_id = k.value ->> 2';
  const standing = pick('c.*', 'tallyback_conversions', identity);
  const seen = pick(
    'c.conversion_id',
    'tallyback_seen_deliveries',
    'c.advertiser_id = k.value ->> 0 AND c.delivery_id = k.value ->> 1',
  );
  const counters = connection.prepare('SELECT 1 FROM tallyback_counters LIMIT 1');
  const chunks = chunksOf(size);
  const inserts = tables.map(({ kind, table, columns }) => {
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const tuple = `(${columns.map(() => '?').join(', ')})`;
    const statement = (rows) =>
      connection.prepare(`INSERT INTO ${table} (${names}) VALUES ${Array(rows).fill(tuple).join(', ')}`);
    return { kind, columns, statements: new Map([...new Set(chunks)].map((rows) => [rows, statement(rows)])) };
  });
  return {
    async group(orders, rowsOfAll) {
      connection.exec('BEGIN IMMEDIATE');
      clicks.all([JSON.stringify(orders.map(({ clickId }) => clickId))]);
      standing.all([JSON.stringify(orders.map(({ transactionId }) => ['acme', 'purchase', transactionId]))]);
      counters.all([]);
      seen.all([JSON.stringify(orders.map(({ deliveryId }) => ['acme', deliveryId]))]);
      const rows = rowsOfAll();
      for (const { kind, columns, statements } of inserts) {
        let done = 0;
        for (const chunk of chunks) {
          const parameters = [];
          for (let i = done; i < done + chunk; i++)
            for (const { cell } of columns) parameters.push(cell(rows[i][kind]));
          statements.get(chunk).run(parameters);
          done += chunk;
        }
      }
      connection.exec('COMMIT');
      await null;
    },
    close: async () => connection.close(),
  };
}

/** The numbers of rows that the tracker's statements have for so many. */
function chunksOf(size) {
  const chunks = [];
  let left = size;
  for (const rows of [64, 16, 4, 1]) for (; left >= rows; left -= rows) chunks.push(rows);
  return chunks;
}

async function bareOnPostgres(database, tables) {
  const client = await openPostgres(database);
  const inserts = tables.map(({ kind, table, columns }) => {
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const arrays = columns.map(({ array }, i) => `$${i + 1}::${array}`).join(', ');
    return { kind, columns, text: `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})` };
  });
  const clicks = `SELECT ${CLICK} FROM unnest($1::text[]) k(id) JOIN tallyback_clicks c ON c.id = k.id`;
  const standing = `SELECT c.* FROM unnest($1::text[], $2::text[], $3::text[]) k(a, e, t) JOIN tallyback_conversions c
    ON c.advertiser_id = k.a AND c.event = k.e AND c.transaction_id = k.t`;
  const counters = `SELECT c.* FROM unnest($1::text[], $2::text[], $3::text[]) k(s, e, p) JOIN tallyback_counters c
    ON c.scope = k.s AND c.event = k.e AND c.period = k.p FOR UPDATE OF c`;
  const seen = `SELECT c.conversion_id FROM unnest($1::text[], $2::text[]) k(a, d) JOIN tallyback_seen_deliveries c
    ON c.advertiser_id = k.a AND c.delivery_id = k.d`;
  return {
    async group(orders, rowsOfAll) {
      const all = (value) => orders.map(() => value);
      await client.query('BEGIN');
      await client.query(clicks, [orders.map(({ clickId }) => clickId)]);
      const transactions = orders.map(({ transactionId }) => transactionId);
      await client.query(standing, [all('acme'), all('purchase'), transactions]);
      await client.query(counters, [Array(12).fill('offer'), Array(12).fill(''), Array(12).fill('total')]);
      await client.query(seen, [all('acme'), orders.map(({ deliveryId }) => deliveryId)]);
      const rows = rowsOfAll();
      for (const { kind, columns, text } of inserts) {
        await client.query(
          text,
          columns.map(({ cell }) => rows.map((row) => cell(row[kind]))),
        );
      }
      await client.query('COMMIT');
    },
    close: () => client.end(),
  };
}
