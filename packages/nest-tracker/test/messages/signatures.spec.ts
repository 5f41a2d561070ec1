import { describe, expect, it } from '@jest/globals';
import { createSecret, createSigner, HEADER_ADVERTISER } from '@tallyback/protocol';
import { KEY_PAIR, SECRETS } from '../support/catalog.js';
import { expectRefusal } from '../support/expect-refusal.js';
import { created, post, report, signedHeaders, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, inboundLog, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

const MINUTE = 60_000;

async function postRaw(tracker: Tracker, body: string | Buffer, headers: Record<string, string>) {
  return send(tracker, '/v1/conversions', { method: 'POST', body, headers });
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

describe('a message signed by the standardwebhooks library', () => {
  onEveryTracker((current) => {
    it('is recorded once, is a duplicate the second time, and both are logged', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const message = created({ clickId, transactionId: unique(), revenue: '49.90', currency: 'EUR' });
      const id = unique('msg');
      const first = await post(tracker, message, { id });
      expect(first.status).toBe(201);
      expect(first.headers['tallyback-outcome']).toBe('recorded');
      expect(first.headers['content-type']).toMatch(/^application\/json/);
      expect(first.body).toEqual({
        outcome: 'recorded',
        conversionId: expect.stringMatching(/^[0-9a-z]{26}$/),
        clickId,
        status: 'approved',
        revenue: { amount: '49.90', currency: 'EUR' },
        payout: { amount: '4.99', currency: 'EUR' },
      });
      const second = await post(tracker, message, { id });
      expect(second.status).toBe(200);
      expect(second.body).toEqual({ ...first.body, outcome: 'duplicate' });
      const log = await inboundLog(tracker, { deliveryId: id });
      expect(log.map(({ outcome, status, step }) => [outcome, status, step])).toEqual([
        ['duplicate', 200, 'findDelivery'],
        ['recorded', 201, 'store'],
      ]);
      expect(log[1]).toMatchObject({
        sender: 'signature',
        conversionId: first.body.conversionId,
        clickId,
        reason: null,
      });
    });

    it.each([['acme'], ['acmeNext']] as const)(
      'verifies with either secret while they are rotated (%s)',
      async (name) => {
        const { tracker } = current;
        const clickId = await click(tracker, 'boots');
        expect((await report(tracker, { clickId, transactionId: unique() }, { secret: SECRETS[name] })).status).toBe(
          201,
        );
      },
    );

    it('verifies when it is signed with an unknown and a known secret', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const body = JSON.stringify(created({ clickId, transactionId: unique() }));
      const headers = createSigner([createSecret(), SECRETS.acmeNext]).headers({
        id: unique(),
        timestamp: Math.floor(Date.now() / 1000),
        body,
      });
      const answer = await postRaw(tracker, body, { ...signedHeaders(body), ...headers });
      expect(answer.status).toBe(201);
    });

    it('verifies by an ed25519 public key', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'ed25519');
      const body = JSON.stringify(created({ clickId, transactionId: unique() }));
      const signed = createSigner(KEY_PAIR.secretKey).headers({
        id: unique(),
        timestamp: Math.floor(Date.now() / 1000),
        body,
      });
      const headers = { 'content-type': 'application/json', [HEADER_ADVERTISER]: 'ed25519', ...signed };
      expect((await postRaw(tracker, body, headers)).status).toBe(201);
      const flipped = body.replace('conversion.created', 'conversion.updated');
      expectRefusal(await postRaw(tracker, flipped, headers), 'signature_invalid', 'webhook-signature');
    });

    it('is refused with one flipped byte, wherever it is', async () => {
      const { tracker } = current;
      const body = JSON.stringify(created({ clickId: await click(tracker, 'boots'), transactionId: unique() }));
      for (const position of [body.indexOf('T-') + 3, body.indexOf('2026') + 3, body.length - 4]) {
        const bytes = Buffer.from(body);
        bytes[position] = (bytes[position] ?? 0) ^ 1;
        const id = unique('flipped');
        expectRefusal(
          await postRaw(tracker, bytes, signedHeaders(body, { id })),
          'signature_invalid',
          'webhook-signature',
        );
        expect(await inboundLog(tracker, { deliveryId: id })).toMatchObject([
          { outcome: 'rejected', reason: 'signature_invalid', status: 401, step: 'proveSender', sender: null },
        ]);
      }
    });

    it.each([
      ['ten minutes old', -10 * MINUTE],
      ['ten minutes ahead', 10 * MINUTE],
    ])('is refused when it is %s', async (_, offset) => {
      const { tracker } = current;
      const id = unique('old');
      const data = { clickId: await click(tracker, 'boots'), transactionId: unique() };
      const answer = await report(tracker, data, { id, at: new Date(Date.now() + offset) });
      expectRefusal(answer, 'timestamp_out_of_tolerance', 'webhook-timestamp');
      expect(await inboundLog(tracker, { deliveryId: id, reason: 'timestamp_out_of_tolerance' })).toHaveLength(1);
    });

    it.each([-4, 4])('is taken when it is %s minutes off', async (minutes) => {
      const { tracker } = current;
      const data = { clickId: await click(tracker, 'boots'), transactionId: unique() };
      expect((await report(tracker, data, { at: new Date(Date.now() + minutes * MINUTE) })).status).toBe(201);
    });

    it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
      'is refused without the header %s',
      async (name) => {
        const { tracker } = current;
        const body = JSON.stringify(created({ transactionId: unique() }));
        const answer = await postRaw(tracker, body, without(signedHeaders(body), name));
        expectRefusal(answer, 'signature_missing', name);
      },
    );

    it.each([
      ['no advertiser', ''],
      ['an advertiser that is not there', 'nobody'],
      ['a name of every object', 'constructor'],
    ])('is refused when it names %s', async (_, advertiser) => {
      const { tracker } = current;
      const transactionId = unique();
      const body = JSON.stringify(created({ transactionId }));
      const headers = signedHeaders(body, { advertiser });
      const given = advertiser === '' ? without(headers, HEADER_ADVERTISER) : headers;
      expectRefusal(await postRaw(tracker, body, given), 'unknown_advertiser', HEADER_ADVERTISER);
      expect(await inboundLog(tracker, { transactionId })).toMatchObject([
        { reason: 'unknown_advertiser', status: 401 },
      ]);
    });

    it('is refused when another advertiser signed it', async () => {
      const answer = await report(
        current.tracker,
        { transactionId: unique() },
        { advertiser: 'acme', secret: SECRETS.rival },
      );
      expectRefusal(answer, 'signature_invalid', 'webhook-signature');
    });

    it.each(['ip', 'open'])('is refused for an advertiser that does not sign (%s)', async (advertiser) => {
      expectRefusal(await report(current.tracker, { transactionId: unique() }, { advertiser }), 'signature_invalid');
    });

    it('is refused with a dot in its id, even when the signature over it is right', async () => {
      const answer = await report(current.tracker, { transactionId: unique() }, { id: 'msg.1' });
      expectRefusal(answer, 'signature_invalid', 'webhook-id');
    });

    it('is verified over its exact bytes: UTF-8, escapes and white space included', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const transactionId = 'Bestellung-Ä€😀';
      const body = `\n {  "type":"conversion.created" , "timestamp":"2026-11-22T10:00:00Z",
        "data":{"transactionId":"${transactionId}","clickId":"${clickId}","couponCode":"\\u00fc"}}\t\n`;
      const answer = await post(tracker, body);
      expect(answer.status).toBe(201);
      const [row] = await tracker.database.query('SELECT * FROM tallyback_conversions WHERE click_id = $1', [clickId]);
      expect(row).toMatchObject({ transaction_id: transactionId, coupon_code: 'ü' });
      const repacked = JSON.stringify(JSON.parse(body));
      expectRefusal(await postRaw(tracker, repacked, signedHeaders(body)), 'signature_invalid');
    });

    it('never shows its signature or secret in the log', async () => {
      const { tracker } = current;
      const id = unique('secretive');
      const body = JSON.stringify(created({ transactionId: unique() }));
      const headers = signedHeaders(body, { id });
      await postRaw(tracker, body, headers);
      const rows = JSON.stringify(await tracker.database.query('SELECT * FROM tallyback_inbound_postbacks'));
      expect(rows).toContain(id);
      expect(rows).not.toContain(headers['webhook-signature']);
      for (const secret of Object.values(SECRETS)) expect(rows).not.toContain(secret.slice('whsec_'.length));
    });
  });
});
