import { describe, expect, it } from '@jest/globals';
import { postback, unique } from '../support/messages.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { click, send } from '../support/requests.js';
import { ADMIN_TOKEN, type Tracker } from '../support/start-tracker.js';

/** As a Prometheus server asks that gives a scrape a minute. */
const scrape = (tracker: Tracker) => {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'x-prometheus-scrape-timeout-seconds': '60' };
  return send(tracker, '/metrics', { headers });
};

onBothTrackers((current, { database }) => {
  describe('GET /metrics', () => {
    it('counts clicks, conversions, outcomes and reasons, and how long commits take, as Prometheus reads it', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open');
      await send(tracker, '/c/open', { headers: { 'user-agent': 'Googlebot/2.1' } });
      const parameters = { clickid, txid: unique(), revenue: '1.00' };
      await send(tracker, postback(parameters));
      await send(tracker, postback(parameters));
      await send(tracker, postback({ ...parameters, revenue: 'x' }));
      const { status, headers, text } = await scrape(tracker);
      expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
      const lines = text.split('\n');
      expect(lines).toEqual(
        expect.arrayContaining([
          'tallyback_clicks_total{kind="click",bot="false"} 1',
          'tallyback_clicks_total{kind="click",bot="true"} 1',
          'tallyback_conversions_total{outcome="recorded"} 1',
          'tallyback_inbound_postbacks_total{outcome="recorded",reason=""} 1',
          'tallyback_inbound_postbacks_total{outcome="duplicate",reason=""} 1',
          'tallyback_inbound_postbacks_total{outcome="rejected",reason="invalid_field"} 1',
          'tallyback_partner_postbacks_waiting{state="pending"} 0',
          'tallyback_partner_postback_lag_seconds 0',
          'tallyback_live_watchers 0',
        ]),
      );
      const commits = lines.find((line) => line.startsWith('tallyback_transaction_duration_seconds_count'));
      expect(Number(commits?.split(' ')[1])).toBeGreaterThanOrEqual(4);
      for (const line of lines.filter((one) => one !== '' && !one.startsWith('#'))) {
        expect(line).toMatch(/^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [\d.e+-]+$/);
      }
    });

    it('is the operator’s alone', async () => {
      expect((await send(current.tracker, '/metrics')).status).toBe(401);
    });
  });

  describe('GET /health', () => {
    it('says that the process lives and is ready, and how far it is behind', async () => {
      const { tracker } = current;
      const queue = { pending: 0, sending: 0, dead: 0, lagSeconds: 0 };
      const up = {
        status: 'ok',
        database: { type: database === 'SQLite' ? 'sqlite' : 'postgres', status: 'up' },
        queue,
      };
      for (const path of ['/health', '/health/ready']) {
        expect(await send(tracker, path)).toMatchObject({ status: 200, body: up });
      }
      expect(await send(tracker, '/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    });

    it('says when the database does not do what it is asked; the process lives, and counts on', async () => {
      const { tracker } = current;
      await click(tracker, 'open');
      const rename = (from: string, to: string) => tracker.database.query(`ALTER TABLE ${from} RENAME TO ${to}`);
      await rename('tallyback_postback_pauses', 'tallyback_gone');
      try {
        expect(await send(tracker, '/health')).toMatchObject({ status: 503, body: { database: { status: 'down' } } });
        expect((await send(tracker, '/health/live')).status).toBe(200);
        const { status, text } = await scrape(tracker);
        expect([status, text]).toEqual([200, expect.stringContaining('tallyback_database_up 0\n')]);
        expect(text).toContain('tallyback_clicks_total{kind="click",bot="false"}');
        expect(text).not.toContain('tallyback_partner_postbacks_waiting');
      } finally {
        await rename('tallyback_gone', 'tallyback_postback_pauses');
      }
      expect((await scrape(tracker)).text).toContain('tallyback_database_up 1\n');
    });
  });
});
