import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

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
    clicks: await query('SELECT id, kind, bot, sub1, campaign_id FROM tallyback_clicks'),
    conversions: await query(
      'SELECT id, event, transaction_id, click_id, offer_id, status, revenue, payout, currency FROM tallyback_conversions',
    ),
    ledger: await query(
      'SELECT conversion_id, old_status, new_status, revenue_delta, payout_delta FROM tallyback_ledger ORDER BY id',
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
    return queue.prepare('SELECT event, transaction_id, id FROM message WHERE id IS NOT NULL').all([]);
  } finally {
    queue.close();
  }
}
