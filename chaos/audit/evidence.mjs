import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findLeaks } from './leaks.mjs';

/**
 * Everybody's books, as they are when everything has come to rest.
 *
 * @param {import('../world/world.mjs').World} world
 * @param {import('../driver/record.mjs').Record} record the driver's
 */
export async function collectEvidence(world, record) {
  const { query } = world.database;
  return {
    record,
    journal: readLines(world.journals.shop),
    identities: shopIdentities(join(world.quota.path, 'queue.db')),
    unacknowledged: await world.shop('/unacknowledged'),
    clicks: await query('SELECT id, kind, bot, sub1, ip, campaign_id FROM tallyback_clicks'),
    conversions: await query(
      'SELECT id, event, transaction_id, click_id, offer_id, status, revenue, payout, currency FROM tallyback_conversions',
    ),
    ledger: await query(
      'SELECT conversion_id, old_status, new_status, revenue_delta, payout_delta, currency FROM tallyback_ledger ORDER BY id',
    ),
    inbound: await query(
      `SELECT conversion_id, COUNT(*) AS count FROM tallyback_inbound_postbacks
       WHERE outcome IN ('recorded', 'unattributed') GROUP BY conversion_id`,
    ),
    counters: await query(
      "SELECT scope, period, currency, conversions, revenue, payout FROM tallyback_counters WHERE event = ''",
    ),
    offers: await query('SELECT id, key FROM tallyback_offers'),
    campaigns: await query('SELECT id, key FROM tallyback_campaigns'),
    // Whether one was delivered is the outbox's to say; the log of answers is for people, and may miss one after a kill.
    outbound: await query(
      `SELECT l.id, l.conversion_id, l.status, l.skipped, l.answer_status, q.state FROM tallyback_outbound_postbacks l
       LEFT JOIN tallyback_outbox_deliveries q ON q.id = l.id`,
    ),
    leaks: await findLeaks(world.log, world.secrets),
    told: readLines(world.journals.partner),
    report: await world.manage('/v1/reports?groupBy=campaign&limit=1000'),
    rollups: await world.manage('/v1/reports/rebuild', { method: 'POST', body: { verify: true } }),
    collapses: [...world.actors.values()].flatMap(({ name, collapses }) =>
      collapses.map((collapse) => ({ name, ...collapse })),
    ),
  };
}

/** A process that was killed in the middle of a line leaves half of one, which promised nothing to anybody. */
function readLines(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

function shopIdentities(path) {
  const queue = new (createRequire(import.meta.url)('libsql'))(path, { readonly: true });
  try {
    // The ids of messages that were stored together are one text.
    const stored = queue.prepare(
      `SELECT m.event, m.transaction_id, m.first_seq, b.seq, b.rows, b.stride, b.ids
       FROM message m JOIN batch b ON b.seq = (SELECT max(seq) FROM batch WHERE seq <= m.first_seq)`,
    );
    return stored.all([]).map(({ event, transaction_id, first_seq, seq, rows, stride, ids }) => {
      const [length, index] = [(ids.length / rows) * stride, (first_seq - seq) / stride];
      return { event, transaction_id, id: ids.slice(index * length, (index + 1) * length) };
    });
  } finally {
    queue.close();
  }
}
