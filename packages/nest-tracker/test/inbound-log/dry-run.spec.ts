import { describe, expect, it } from '@jest/globals';
import { SECRETS, TOKEN } from '../support/catalog.js';
import { created, postback, signedHeaders, signedPostback, unique } from '../support/messages.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { click, inboundLog, type Json, manage, send } from '../support/requests.js';
import { ADMIN_TOKEN, type Tracker } from '../support/start-tracker.js';

const TABLES = ['conversions', 'ledger', 'seen_deliveries', 'inbound_postbacks', 'clicks'];

function dryRun(tracker: Tracker, test: Json): Promise<{ status: number; body: Json; text: string }> {
  return manage(tracker, '/v1/postbacks/test', { method: 'POST', body: test });
}

async function rowCounts(tracker: Tracker): Promise<unknown[]> {
  const counts: unknown[] = [];
  for (const table of TABLES) {
    const [row] = await tracker.database.query(`SELECT COUNT(*) AS n FROM tallyback_${table}`);
    counts.push(Number(row?.n));
  }
  return counts;
}

const names = (body: Json) => (body.steps as Json[]).map(({ name }) => name);

describe('the dry run of a postback', () => {
  onBothTrackers((current) => {
    it('goes every step of a live one and stores nothing', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'by-token');
      const url = postback({ clickid, txid: unique(), token: TOKEN, revenue: '50.00', coupon: 'x' });
      const before = await rowCounts(tracker);
      const { status, body } = await dryRun(tracker, { url });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        outcome: 'recorded',
        advertiser: 'token',
        sender: 'token',
        proofSkipped: false,
        conversion: {
          id: null,
          clickId: clickid,
          campaign: 'by-token',
          offer: 'by-token',
          partner: 'blog',
          status: 'approved',
          revenue: { amount: '50.00', currency: 'EUR' },
          payout: { amount: '5.00', currency: 'EUR' },
        },
        answer: { status: 201, headers: { 'tallyback-outcome': 'recorded' } },
      });
      expect(await rowCounts(tracker)).toEqual(before);
      const live = await send(tracker, url);
      expect(live.status).toBe(201);
      const again = await dryRun(tracker, { url });
      expect(again.body).toMatchObject({ outcome: 'duplicate', conversion: { id: live.body.conversionId } });
      const [row] = await inboundLog(tracker, { clickId: clickid });
      expect(names(body)).toEqual(row?.steps);
    });

    it('tries a signed message with its own headers, and leaves its id unused', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const message = JSON.stringify(created({ clickId, transactionId: unique() }));
      const headers = signedHeaders(message);
      const test = { method: 'POST', url: '/v1/conversions', headers, body: message };
      for (let i = 0; i < 2; i++) {
        expect((await dryRun(tracker, test)).body).toMatchObject({ outcome: 'recorded', sender: 'signature' });
      }
      const forged = { ...test, body: `${message} ` };
      expect((await dryRun(tracker, forged)).body).toMatchObject({
        outcome: 'rejected',
        reason: 'signature_invalid',
        sender: null,
        conversion: null,
        answer: { status: 401 },
      });
      expect((await send(tracker, '/v1/conversions', { method: 'POST', headers, body: message })).status).toBe(201);
    });

    it('tries a message without a secret, and says so', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const body = created({ clickId, transactionId: unique(), revenue: '10.00', currency: 'EUR' });
      const test = { url: '/v1/conversions', headers: { 'Tallyback-Advertiser': 'acme' }, body, skipProof: true };
      expect((await dryRun(tracker, test)).body).toMatchObject({
        outcome: 'recorded',
        proofSkipped: true,
        sender: 'operator',
        conversion: { payout: { amount: '1.00' } },
      });
      expect((await dryRun(tracker, { ...test, skipProof: false })).body).toMatchObject({
        reason: 'signature_missing',
      });
    });

    it('takes an absolute URL with its signature, an address, a form', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'boots');
      const url = `${tracker.url}${signedPostback(tracker, { clickid, txid: unique() }, { secret: SECRETS.acme })}`;
      expect((await dryRun(tracker, { url })).body).toMatchObject({ outcome: 'recorded', sender: 'url_signature' });
      const byIp = postback({ clickid: await click(tracker, 'by-ip'), txid: unique() });
      expect((await dryRun(tracker, { url: byIp, ip: '203.0.113.9' })).body).toMatchObject({ sender: 'ip' });
      expect((await dryRun(tracker, { url: byIp, ip: '192.0.2.9' })).body).toMatchObject({ reason: 'ip_not_allowed' });
      const form = {
        url: '/postback',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ clickid: await click(tracker, 'by-token'), txid: '1', token: TOKEN }).toString(),
      };
      expect((await dryRun(tracker, form)).body).toMatchObject({ outcome: 'recorded', sender: 'token' });
    });

    it('says of a broken request where it ends', async () => {
      const { tracker } = current;
      const ends = async (test: Json) => {
        const { body } = await dryRun(tracker, test);
        return [body.reason, names(body).at(-1)];
      };
      expect(await ends({ url: '/postback' })).toEqual(['missing_field', 'findAdvertiser']);
      expect(await ends({ url: '/postback', method: 'HEAD' })).toEqual(['malformed_request', 'readRequest']);
      const json = { 'content-type': 'application/json' };
      expect(await ends({ url: '/postback', headers: json, body: '{' })).toEqual(['malformed_request', 'readBody']);
      expect(await ends({ url: '/v1/conversions', body: '{}' })).toEqual(['malformed_request', 'readBody']);
      const clickid = await click(tracker, 'paused').catch(() => click(tracker, 'windowed'));
      expect(await ends({ url: postback({ clickid, txid: '1' }), skipProof: true })).toEqual([
        'outside_window',
        'checkWindow',
      ]);
    });

    it.each([
      [{}, 'url'],
      [{ url: 'postback' }, 'url'],
      [{ url: 5 }, 'url'],
      [{ url: '/postback', method: 'DELETE' }, 'method'],
      [{ url: '/postback', headers: [] }, 'headers'],
      [{ url: '/postback', headers: { a: 1 } }, 'headers.a'],
      [{ url: '/postback', body: 5 }, 'body'],
      [{ url: '/postback', ip: 5 }, 'ip'],
      [{ url: '/postback', skipProof: 1 }, 'skipProof'],
      [{ url: '/postback', token: 'x' }, 'token'],
    ])('refuses a test that has no sense (%j)', async (test, field) => {
      const answer = await dryRun(current.tracker, test);
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(`\\"${field}\\"`);
    });

    it('refuses a body that is nested without end', async () => {
      const { tracker } = current;
      const body = `{"url":"/v1/conversions","body":${'['.repeat(40_000)}${']'.repeat(40_000)}}`;
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` };
      const answer = await send(tracker, '/v1/postbacks/test', { method: 'POST', body, headers });
      expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('more than 64 deep')]);
    });

    it('knows only paths that postbacks come in by, and only operators', async () => {
      const { tracker } = current;
      for (const url of ['/c/boots', '/v1/reports', '/nowhere']) {
        expect((await dryRun(tracker, { url })).status).toBe(404);
      }
      expect((await send(tracker, '/v1/postbacks/test', { method: 'POST' })).status).toBe(401);
    });
  });
});
