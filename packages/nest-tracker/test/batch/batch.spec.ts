import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { SECRETS } from '../support/catalog.js';
import { expectRefusal } from '../support/expect-refusal.js';
import { created, post, postBatch, report, signedHeaders, unique, updated } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, click, inboundLog, type Json, manage, send } from '../support/requests.js';

const BATCH = '/v1/conversions/batch';
const MIB = 1024 * 1024;

const resultsOf = ({ body }: Answer) => body.results as Json[];
const order = (clickId: string, more: Json = {}) =>
  created({ clickId, transactionId: unique(), revenue: '10.00', currency: 'EUR', ...more });

describe('a batch of messages', () => {
  onEveryTracker((current) => {
    it('answers each message in its place: stored, unattributed, refused by a step, or not a message at all', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const id = unique('batch');
      const first = order(clickId);
      const { transactionId } = first.data as { transactionId: string };
      const messages = [
        first,
        created({ transactionId: unique() }),
        order(await click(tracker, 'leads-only')),
        { ...order(clickId), typ: 'x' },
        order(clickId, { revenue: '1.001' }),
        'no message',
        null,
        first,
        updated({ transactionId, revenue: '12.00', currency: 'EUR' }),
      ];
      const answer = await postBatch(tracker, messages, { id });
      expect([answer.status, answer.headers['content-type']]).toEqual([
        200,
        expect.stringMatching(/^application\/json/),
      ]);
      expect(resultsOf(answer)).toMatchObject([
        { outcome: 'recorded', clickId, status: 'approved', payout: { amount: '1.00', currency: 'EUR' } },
        { outcome: 'unattributed' },
        { outcome: 'rejected', reason: 'event_unknown', status: 422 },
        { outcome: 'rejected', reason: 'unknown_field', status: 400, field: 'typ' },
        { outcome: 'rejected', reason: 'invalid_field', status: 400, field: 'data.revenue' },
        { outcome: 'rejected', reason: 'malformed_request', status: 400 },
        { outcome: 'rejected', reason: 'malformed_request', status: 400 },
        { outcome: 'duplicate', clickId },
        { outcome: 'updated', revenue: { amount: '12.00' } },
      ]);
      const rows = await Promise.all(messages.map((_, i) => inboundLog(tracker, { deliveryId: `${id}.${i}` })));
      expect(rows.map(([row]) => row?.outcome)).toEqual(resultsOf(answer).map(({ outcome }) => outcome));
      expect(rows[0]).toMatchObject([{ advertiser: 'acme', transactionId, clickId, sender: 'signature', status: 201 }]);
      expect(JSON.parse(rows[0]?.[0]?.body as string)).toEqual(first);
    });

    it('has no second effect when it comes again, and finishes what the first time did not take', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'increment');
      const id = unique('batch');
      const first = order(clickId);
      const again = { ...first };
      expect(resultsOf(await postBatch(tracker, [first, again], { id })).map(({ outcome }) => outcome)).toEqual([
        'recorded',
        'updated',
      ]);
      const second = resultsOf(await postBatch(tracker, [first, again, order(clickId)], { id }));
      expect(second.map(({ outcome }) => outcome)).toEqual(['duplicate', 'duplicate', 'recorded']);
      expect(second[0]).toMatchObject({ revenue: { amount: '20.00' } });
    });

    it('keeps its deliveries apart from those of single messages and of other advertisers', async () => {
      const { tracker } = current;
      const id = unique('batch');
      const single = await report(tracker, { transactionId: unique() }, { id });
      expect(single.body.outcome).toBe('unattributed');
      const ours = await postBatch(tracker, [created({ transactionId: unique() })], { id });
      const theirs = await postBatch(tracker, [created({ transactionId: unique() })], {
        id,
        advertiser: 'rival',
        secret: SECRETS.rival,
      });
      for (const answer of [ours, theirs]) expect(resultsOf(answer)).toMatchObject([{ outcome: 'unattributed' }]);
    });

    it('takes 1,000 messages in one request', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const messages = Array.from({ length: 1_000 }, () => order(clickId, { metadata: { note: 'x'.repeat(300) } }));
      const results = resultsOf(await postBatch(tracker, messages));
      expect(results).toHaveLength(1_000);
      expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['recorded']));
      expect(new Set(results.map(({ conversionId }) => conversionId)).size).toBe(1_000);
    });

    it('may be empty', async () => {
      const answer = await postBatch(current.tracker, []);
      expect([answer.status, resultsOf(answer)]).toEqual([200, []]);
    });

    it('refuses a message of more than 32 KiB, and takes the others', async () => {
      const { tracker } = current;
      const items = Array.from({ length: 150 }, (_, i) => ({ sku: `${i}`.padEnd(128, 'x'), quantity: 1 }));
      const large = created({ transactionId: unique(), items: [...items, ...items] });
      const results = resultsOf(await postBatch(tracker, [large, created({ transactionId: unique() })]));
      expect(results).toMatchObject([{ reason: 'body_too_large', status: 413 }, { outcome: 'unattributed' }]);
    });

    it('refuses a message that is nested without end, and takes the others', async () => {
      const id = unique('batch');
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const body = `{"messages":[${deep},{"data":${deep}},${JSON.stringify(created({ transactionId: unique() }))}]}`;
      const results = resultsOf(await postBatch(current.tracker, body, { id }));
      expect(results).toMatchObject([
        { outcome: 'rejected', reason: 'malformed_request', status: 400 },
        { outcome: 'rejected', reason: 'malformed_request', status: 400 },
        { outcome: 'unattributed' },
      ]);
      const logged = await inboundLog(current.tracker, { deliveryId: `${id}.0` });
      expect(logged).toMatchObject([{ reason: 'malformed_request', body: null, whole: false }]);
    });

    it.each([
      ['more than 1,000 messages', JSON.stringify({ messages: Array(1_001).fill(null) }), 'invalid_field', 'messages'],
      ['no list', '{"messages":{}}', 'invalid_field', 'messages'],
      ['nothing', '{}', 'missing_field', 'messages'],
      ['another field', '{"messages":[],"mesages":[]}', 'unknown_field', 'mesages'],
      ['a list without its object', '[]', 'malformed_request', undefined],
      ['broken JSON', '{"messages":[', 'malformed_request', undefined],
      ['a prototype', '{"messages":[],"__proto__":{}}', undefined, undefined],
    ] as const)('is refused as a whole with %s', async (_, body, reason, field) => {
      const { tracker } = current;
      const id = unique('batch');
      const answer = await postBatch(tracker, body, { id });
      if (reason) expectRefusal(answer, reason, field);
      expect(answer.status).toBe(400);
      expect(await inboundLog(tracker, { deliveryId: id })).toMatchObject([
        { advertiser: 'acme', outcome: 'rejected' },
      ]);
    });

    it.each([
      ['another advertiser’s secret', { secret: SECRETS.rival }, 'signature_invalid'],
      ['an unknown advertiser', { advertiser: 'nobody' }, 'unknown_advertiser'],
      ['an old timestamp', { at: new Date(Date.now() - 600_000) }, 'timestamp_out_of_tolerance'],
    ] as const)('is refused as a whole with %s, before anybody looks into it', async (_, options, reason) => {
      const { tracker } = current;
      for (const body of ['{"messages":[', JSON.stringify({ messages: [created({ transactionId: unique() })] })]) {
        const id = unique('batch');
        expectRefusal(await postBatch(tracker, body, { ...options, id }), reason);
        expect(await inboundLog(tracker, { deliveryId: id })).toMatchObject([{ reason, sender: null }]);
      }
    });

    it('is refused when it is compressed or not JSON by its content type', async () => {
      const { tracker } = current;
      const body = JSON.stringify({ messages: [] });
      for (const [sent, name, value] of [
        [gzipSync(body), 'content-encoding', 'gzip'],
        [body, 'content-type', 'text/plain'],
      ] as const) {
        const headers = { ...signedHeaders(body), [name]: value };
        const answer = await send(tracker, BATCH, { method: 'POST', body: sent, headers });
        expectRefusal(answer, 'malformed_request');
      }
    });
  });
});

describe('the size of a batch', () => {
  onEveryTracker((current) => {
    /** A batch of exactly so many bytes. */
    const bodyOf = (bytes: number) => {
      const body = JSON.stringify({ messages: [] });
      return `${body}${' '.repeat(bytes - body.length)}`;
    };

    it('may be 4 MiB, with or without its length announced', async () => {
      const { tracker } = current;
      const body = bodyOf(4 * MIB);
      expect((await postBatch(tracker, body)).status).toBe(200);
      expect((await postBatch(tracker, body, { headers: { 'transfer-encoding': 'chunked' } })).status).toBe(200);
    });

    it.each([
      ['announced', {}],
      ['not announced', { 'transfer-encoding': 'chunked' }],
    ])('is refused beyond, its length %s', async (_, headers) => {
      const { tracker } = current;
      const id = unique('batch');
      const answer = await postBatch(tracker, bodyOf(4 * MIB + 1), { id, headers });
      expectRefusal(answer, 'body_too_large');
      expect(await inboundLog(tracker, { deliveryId: id })).toMatchObject([{ reason: 'body_too_large', status: 413 }]);
    });

    it('gives no other route more than the host’s parsers take', async () => {
      const { tracker } = current;
      const body = `${JSON.stringify(created({ transactionId: unique() }))}${' '.repeat(2 * MIB)}`;
      expectRefusal(await post(tracker, body), 'body_too_large');
      const elsewhere = await send(tracker, `/v1/conversions/batch/more`, {
        method: 'POST',
        body,
        headers: signedHeaders(body),
      });
      expect([404, 413]).toContain(elsewhere.status);
      expect((await manage(tracker, '/health')).status).toBe(200);
    });
  });
});
