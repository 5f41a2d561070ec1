import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { createSigner } from '@tallyback/protocol';
import { SECRETS } from '../support/catalog.js';
import { expectRefusal } from '../support/expect-refusal.js';
import { created, post, report, signedHeaders, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, inboundLog, send } from '../support/requests.js';

const GOOD = { transactionId: 'A-1', revenue: '10.00', currency: 'EUR' };

describe('the body of a message', () => {
  onEveryTracker((current) => {
    it.each([
      ['a field it does not know', { ...GOOD, orderId: 'x' }, 'unknown_field', 'data.orderId'],
      ['more decimals than the currency has', { ...GOOD, revenue: '49.999' }, 'invalid_field', 'data.revenue'],
      ['a number for an amount', { ...GOOD, revenue: 49.9 }, 'invalid_field', 'data.revenue'],
      ['a negative amount', { ...GOOD, revenue: '-1.00' }, 'invalid_field', 'data.revenue'],
      ['a comma in an amount', { ...GOOD, revenue: '49,90' }, 'invalid_field', 'data.revenue'],
      ['an amount without its currency', { transactionId: 'A-1', revenue: '1.00' }, 'missing_field', 'data.currency'],
      ['an unknown currency', { ...GOOD, currency: 'XYZ' }, 'invalid_field', 'data.currency'],
      ['no transaction id', { revenue: '10.00', currency: 'EUR' }, 'missing_field', 'data.transactionId'],
      ['a blank transaction id', { ...GOOD, transactionId: ' ' }, 'invalid_field', 'data.transactionId'],
      ['a long transaction id', { ...GOOD, transactionId: 'x'.repeat(129) }, 'invalid_field', 'data.transactionId'],
      ['a NUL', { ...GOOD, transactionId: 'a\0b' }, 'invalid_field', 'data.transactionId'],
      ['half a character', { ...GOOD, couponCode: '\ud800' }, 'invalid_field', 'data.couponCode'],
      ['something else than a click id', { ...GOOD, clickId: '{clickid}' }, 'invalid_field', 'data.clickId'],
      ['an unknown status', { ...GOOD, status: 'aproved' }, 'invalid_field', 'data.status'],
      ['a local time', { ...GOOD, occurredAt: '2026-11-22T10:00:00+01:00' }, 'invalid_field', 'data.occurredAt'],
      ['nested metadata', { ...GOOD, metadata: { a: { b: 1 } } }, 'invalid_field', 'data.metadata.a'],
      ['too much metadata', { ...GOOD, metadata: { a: 'x'.repeat(5_000) } }, 'invalid_field', 'data.metadata'],
      ['null', { ...GOOD, couponCode: null }, 'invalid_field', 'data.couponCode'],
    ] as const)('is refused with %s, naming the field', async (_, data, reason, field) => {
      const { tracker } = current;
      const id = unique('faulty');
      expectRefusal(await report(tracker, data, { id }), reason, field);
      expect(await inboundLog(tracker, { deliveryId: id })).toMatchObject([
        { outcome: 'rejected', reason, field, step: 'readMessage', status: 400, sender: 'signature' },
      ]);
    });

    it('is refused with all its faults at once', async () => {
      const answer = await report(current.tracker, { revenue: '1,5', currency: 'eur', orderid: 'x', event: 'Buy!' });
      expect(answer.status).toBe(400);
      for (const part of ['data.orderid', 'data.revenue', 'data.currency', 'EUR', 'data.event', 'data.transactionId']) {
        expect(answer.body.detail).toContain(part);
      }
    });

    it.each([
      ['an array', []],
      ['null', null],
      ['a message without data', { type: 'conversion.created', timestamp: '2026-11-22T10:00:00Z' }],
      ['an unknown type', { ...created(GOOD), type: 'conversion.create' }],
      ['a field beside data', { ...created(GOOD), id: 'x' }],
    ])('is refused when it is %s', async (_, message) => {
      const answer = await post(current.tracker, JSON.stringify(message));
      expect(answer.status).toBe(400);
      expect(answer.body.outcome).toBe('rejected');
    });

    it('is stored with everything in it', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'boots');
      const data = {
        clickId: clickId.toUpperCase(),
        transactionId: unique(),
        revenue: '49.9',
        currency: 'EUR',
        occurredAt: new Date().toISOString(),
        couponCode: 'SPRING',
        customerId: 'c_81',
        items: [{ sku: 'X1', quantity: 2, unitPrice: '24.95' }],
        metadata: { plan: 'pro', seats: 3, trial: false, ref: null },
      };
      const answer = await report(tracker, data);
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ clickId, revenue: { amount: '49.90', currency: 'EUR' } });
      const [row] = await tracker.database.query('SELECT * FROM tallyback_conversions WHERE click_id = $1', [clickId]);
      expect(row).toMatchObject({ event: 'purchase', status: 'approved', coupon_code: 'SPRING', customer_id: 'c_81' });
      expect([Number(row?.revenue), Number(row?.payout), row?.currency]).toEqual([4990, 499, 'EUR']);
      expect(JSON.parse(String(row?.items))).toEqual(data.items);
      expect(JSON.parse(String(row?.metadata))).toEqual(data.metadata);
    });

    const signed = (body: string, headers: Record<string, string> = {}) => ({
      method: 'POST',
      body,
      headers: { ...signedHeaders(body, { id: unique('unread') }), ...headers },
    });
    const large = (bytes: number) => JSON.stringify(created({ transactionId: 'x'.repeat(bytes) }));
    it.each([
      ['broken JSON', signed('{"type":'), 'malformed_request', 'readMessage'],
      ['plain words', signed('hello'), 'malformed_request', 'readMessage'],
      ['nothing at all', signed(''), 'malformed_request', 'readBody'],
      [
        'the content type of text',
        signed(JSON.stringify(created(GOOD)), { 'content-type': 'text/plain' }),
        'malformed_request',
        'readBody',
      ],
      [
        'the content type of XML',
        signed(JSON.stringify(created(GOOD)), { 'content-type': 'application/xml' }),
        'malformed_request',
        'readBody',
      ],
      ['33 kB', signed(large(33_000)), 'body_too_large', 'readBody'],
      ['200 kB', signed(large(200_000)), 'body_too_large', 'readBody'],
      ['2 MB', signed(large(2_000_000)), 'body_too_large', 'readBody'],
    ] as const)('is refused and logged the same on both adapters when it is %s', async (_, request, reason, step) => {
      const { tracker } = current;
      const answer = await send(tracker, '/v1/conversions', request);
      expectRefusal(answer, reason);
      const log = await inboundLog(tracker, { deliveryId: request.headers['webhook-id'] ?? '' });
      expect(log).toMatchObject([{ outcome: 'rejected', reason, status: answer.status, advertiser: 'acme', step }]);
    });

    it('is told to be forged, not to be malformed, whichever of its bytes was flipped', async () => {
      const body = JSON.stringify(created(GOOD));
      for (const index of [0, 1, 9, body.length >> 1, body.length - 1]) {
        const flipped = Buffer.from(body);
        flipped[index] = (flipped[index] ?? 0) ^ 1;
        const { headers } = signed(body);
        const answer = await send(current.tracker, '/v1/conversions', { method: 'POST', body: flipped, headers });
        expectRefusal(answer, 'signature_invalid');
      }
    });

    it.each([
      ['compressed without saying so', gzipSync(JSON.stringify(created(GOOD)))],
      ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ])('is refused when it is %s', async (_, body) => {
      const { tracker } = current;
      const timestamp = Math.floor(Date.now() / 1000);
      const headers = {
        ...signedHeaders(''),
        ...createSigner(SECRETS.acme).headers({ id: unique(), timestamp, body }),
      };
      expectRefusal(await send(tracker, '/v1/conversions', { method: 'POST', body, headers }), 'malformed_request');
      const forged = { ...headers, ...signedHeaders('') };
      const answer = await send(tracker, '/v1/conversions', { method: 'POST', body, headers: forged });
      expectRefusal(answer, 'signature_invalid');
    });

    it('is refused the same on both adapters when it is neither there nor signed', async () => {
      const answer = await send(current.tracker, '/v1/conversions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      });
      expectRefusal(answer, 'malformed_request');
    });

    it('counts by its bytes, so that the content type which curl sends by default does no harm', async () => {
      const { tracker } = current;
      const body = JSON.stringify(created({ clickId: await click(tracker, 'boots'), transactionId: unique() }));
      const headers = signedHeaders(body, { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
      expect((await send(tracker, '/v1/conversions', { method: 'POST', body, headers })).status).toBe(201);
    });

    it('may be sent in chunks and with a charset', async () => {
      const { tracker } = current;
      const body = JSON.stringify(created({ clickId: await click(tracker, 'boots'), transactionId: unique() }));
      const headers = { 'transfer-encoding': 'chunked', 'content-type': 'application/json; charset=utf-8' };
      const answer = await send(tracker, '/v1/conversions', {
        method: 'POST',
        body,
        headers: signedHeaders(body, { headers }),
      });
      expect(answer.status).toBe(201);
    });
  });
});
