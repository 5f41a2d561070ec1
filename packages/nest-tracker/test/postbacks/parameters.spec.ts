import { describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../support/expect-refusal.js';
import { postback, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, click, inboundLog, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const UNKNOWN_CLICK = '01arz3ndektsv4rrffq69g5fav';

function form(tracker: Tracker, path: string, parameters: Record<string, string> | string): Promise<Answer> {
  const body = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString();
  return send(tracker, path, { method: 'POST', body, headers: FORM });
}

async function stored(tracker: Tracker, clickId: string): Promise<Json[]> {
  const { body } = await manage(tracker, `/v1/conversions?clickId=${clickId}`);
  return body.items as Json[];
}

describe('a classic postback', () => {
  onEveryTracker((current) => {
    it('is recorded from a URL, with the amounts in the offer’s currency', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open');
      const txid = unique();
      const answer = await send(tracker, postback({ clickid, txid, revenue: '49.90' }));
      expect(answer.status).toBe(201);
      expect(answer.headers['tallyback-outcome']).toBe('recorded');
      expect(answer.body).toMatchObject({
        outcome: 'recorded',
        clickId: clickid,
        status: 'approved',
        revenue: { amount: '49.90', currency: 'EUR' },
        payout: { amount: '4.99', currency: 'EUR' },
      });
      expect((await send(tracker, postback({ clickid, txid, revenue: '49.90' }))).body.outcome).toBe('duplicate');
      const log = await inboundLog(tracker, { transactionId: txid });
      expect(log).toMatchObject([
        { outcome: 'duplicate', status: 200, sender: 'none', advertiser: 'open', clickId: clickid, method: 'GET' },
        { outcome: 'recorded', status: 201, conversionId: answer.body.conversionId, path: '/postback' },
      ]);
    });

    it('is recorded from a form, and from a form and a URL together', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open');
      const whole = await form(tracker, '/postback', { clickid, txid: unique(), amount: '1.00', currency: 'eur' });
      expect(whole.body).toMatchObject({ outcome: 'recorded', revenue: { amount: '1.00', currency: 'EUR' } });
      const halves = await form(tracker, `/postback?clickid=${clickid}`, { txid: unique(), sum: '2.00' });
      expect(halves.body).toMatchObject({ outcome: 'recorded', revenue: { amount: '2.00' } });
    });

    it.each([
      ['clickid', 'txid', 'revenue', 'event'],
      ['click_id', 'transaction_id', 'amount', 'et'],
      ['cid', 'order_id', 'sum', 'type'],
      ['ClickID', 'TXID', 'Revenue', 'EVENT'],
    ])('may call its values %s, %s, %s and %s', async (clickName, transactionName, revenueName, eventName) => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      const transactionId = unique();
      const answer = await send(
        tracker,
        postback({
          [clickName]: clickId,
          [transactionName]: transactionId,
          [revenueName]: '3.00',
          [eventName]: 'lead',
        }),
      );
      expect(answer.status).toBe(201);
      expect(await stored(tracker, clickId)).toMatchObject([
        { transactionId, event: 'lead', revenue: { amount: '3.00' }, metadata: null },
      ]);
    });

    it('takes our own name for a value before any alias', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      const query = `?order_id=other&amount=9.00&cid=${UNKNOWN_CLICK}&clickid=${clickId}&txid=mine-${clickId}&revenue=1.00`;
      expect((await send(tracker, `/postback${query}`)).status).toBe(201);
      expect(await stored(tracker, clickId)).toMatchObject([
        { transactionId: `mine-${clickId}`, revenue: { amount: '1.00' } },
      ]);
    });

    it.each([
      ['revenue=1.00&revenue=1.00', 201, undefined],
      ['revenue=1.00&revenue=', 201, undefined],
      ['revenue=1.00&revenue=2.00', 400, 'revenue'],
      ['revenue=1.00&REVENUE=2.00', 400, 'REVENUE'],
    ])('may repeat a value but not contradict itself: %s', async (query, status, field) => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      const answer = await send(tracker, `${postback({ clickid: clickId, txid: unique() })}&${query}`);
      expect(answer.status).toBe(status);
      if (field) expectRefusal(answer, 'invalid_field', field);
    });

    it.each([
      ['clickid', '{clickid}'],
      ['txid', '{order_id}'],
      ['revenue', '[AMOUNT]'],
      ['revenue', '%7Bpayout%7D'],
      ['event', '__EVENT__'],
      ['status', '{{STATUS}}'],
    ])('is refused when its sender did not fill in a macro (%s=%s)', async (name, macro) => {
      const { tracker } = current;
      const parameters = { clickid: await click(tracker, 'open'), txid: unique(), [name]: macro };
      expectRefusal(await send(tracker, postback(parameters)), 'invalid_field', name);
    });

    it.each([
      ['revenue', '49,90', 'invalid_field'],
      ['revenue', '49.999', 'invalid_field'],
      ['revenue', '1e3', 'invalid_field'],
      ['revenue', '-1.00', 'invalid_field'],
      ['revenue', '€5', 'invalid_field'],
      ['amount', '1 000.00', 'invalid_field'],
      ['currency', 'XYZ', 'invalid_field'],
      ['status', 'paid', 'invalid_field'],
      ['txid', ' ', 'invalid_field'],
      ['txid', '', 'missing_field'],
      ['order_id', 'x'.repeat(129), 'invalid_field'],
    ] as const)('is refused for %s "%s" under the name that the sender used', async (name, value, reason) => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      const parameters = new URLSearchParams({ clickid: clickId, txid: unique(), revenue: '1.00' });
      if (name === 'amount') parameters.delete('revenue');
      if (name === 'order_id') parameters.delete('txid');
      parameters.set(name, value);
      const answer = await send(tracker, `/postback?${parameters}`);
      expectRefusal(answer, reason, name);
      expect(await inboundLog(tracker, { clickId })).toMatchObject([{ reason, field: name, step: 'readMessage' }]);
    });

    it('takes empty values for absent ones', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open');
      const answer = await send(
        tracker,
        postback({
          clickid,
          txid: unique(),
          revenue: '',
          currency: '',
          event: '',
          status: '',
          token: '',
          advertiser: '',
        }),
      );
      expect(answer.body).toMatchObject({ outcome: 'recorded', status: 'approved', revenue: { amount: '0.00' } });
      expect(await stored(tracker, clickid)).toMatchObject([{ event: 'purchase' }]);
    });

    it.each([
      ['A+1', 'A 1'],
      ['A%2B1', 'A+1'],
      ['A%201', 'A 1'],
      ['%C3%A9t%C3%A9', 'été'],
      ['50%', '50%'],
      ['50%25', '50%'],
    ])('decodes values as forms do: %s is %s', async (raw, transactionId) => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      expect((await send(tracker, `/postback?clickid=${clickId}&txid=${clickId}${raw}`)).status).toBe(201);
      expect(await stored(tracker, clickId)).toMatchObject([{ transactionId: `${clickId}${transactionId}` }]);
    });

    it('keeps what it does not know in the metadata, since networks append their own', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      const more = 'sub1=a&goal_id=7&Sub_Aff=B&goal_id=8&empty=&constructor=c&a%5Bb%5D=1';
      expect((await send(tracker, `${postback({ clickid: clickId, txid: unique() })}&${more}`)).status).toBe(201);
      expect(await stored(tracker, clickId)).toMatchObject([
        { metadata: { sub1: 'a', goal_id: '7', Sub_Aff: 'B', constructor: 'c', 'a[b]': '1' } },
      ]);
    });

    it('is not refused for appended parameters that metadata cannot hold', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      const more = `__proto__=x&%00=y&nul=a%00b&=z&+=blank&line=a%0Ab&${'n'.repeat(100)}=1&long=${'v'.repeat(6_000)}&kept=1`;
      const answer = await send(tracker, `${postback({ clickid: clickId, txid: unique() })}&${more}`);
      expect(answer.status).toBe(201);
      const [conversion] = await stored(tracker, clickId);
      expect(conversion?.metadata).toEqual({ nul: 'a b', line: 'a b', kept: '1' });
    });

    it('means revenue by "payout" where the offer says so, and the partner’s earnings elsewhere', async () => {
      const { tracker } = current;
      const token = { token: 'open-sesame-123' };
      const network = { clickid: await click(tracker, 'network'), txid: unique(), payout: '8.00', ...token };
      expect((await send(tracker, postback(network))).body).toMatchObject({
        revenue: { amount: '8.00' },
        payout: { amount: '4.00' },
      });
      const both = { clickid: await click(tracker, 'network'), txid: unique(), payout: '8.00', sum: '9.00', ...token };
      expect((await send(tracker, postback(both))).body).toMatchObject({ revenue: { amount: '9.00' } });
      const house = { clickid: await click(tracker, 'open'), txid: unique(), payout: '8.00' };
      expect((await send(tracker, postback(house))).body).toMatchObject({
        revenue: { amount: '0.00' },
        payout: { amount: '0.00' },
      });
    });

    it.each([
      ['no click', { txid: 'T-1' }, 'missing_field', 'clickid'],
      ['something else than a click id', { clickid: 'abc', txid: 'T-1' }, 'invalid_field', 'clickid'],
      ['a click that is not known', { clickid: UNKNOWN_CLICK, txid: 'T-1' }, 'click_not_found', 'clickid'],
      [
        'an unknown advertiser',
        { clickid: UNKNOWN_CLICK, txid: 'T-1', advertiser: 'nobody' },
        'unknown_advertiser',
        'advertiser',
      ],
      [
        'an unknown click of an open advertiser',
        { clickid: UNKNOWN_CLICK, txid: 'T-1', advertiser: 'open' },
        'click_not_found',
        'clickid',
      ],
      ['no click of an open advertiser', { txid: 'T-1', advertiser: 'open' }, 'missing_field', 'clickid'],
    ] as const)(
      'from an unsigned sender is refused and logged when it names %s',
      async (_, parameters, reason, field) => {
        const { tracker } = current;
        const answer = await send(tracker, postback(parameters));
        expectRefusal(answer, reason, field);
        const [row] = await inboundLog(tracker, { reason });
        expect(row).toMatchObject({ outcome: 'rejected', status: answer.status, transactionId: 'T-1', field });
      },
    );

    it('is refused when its click belongs to another advertiser than it names', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'boots');
      expectRefusal(await send(tracker, postback({ clickid, txid: unique(), advertiser: 'open' })), 'click_mismatch');
    });

    it('learns nothing of, and changes nothing about, an order that stands under another click', async () => {
      const { tracker } = current;
      const txid = unique();
      const first = { clickid: await click(tracker, 'open'), txid, revenue: '1.00' };
      expect((await send(tracker, postback(first))).status).toBe(201);
      const other = await send(tracker, postback({ ...first, clickid: await click(tracker, 'open') }));
      expectRefusal(other, 'click_mismatch');
      expect(other.text).not.toContain(first.clickid);
      expect((await send(tracker, postback(first))).body.outcome).toBe('duplicate');
    });

    it('records nothing by HEAD', async () => {
      const { tracker } = current;
      const clickId = await click(tracker, 'open');
      const path = postback({ clickid: clickId, txid: unique() });
      const answer = await send(tracker, path, { method: 'HEAD' });
      expect([answer.status, answer.text]).toEqual([400, '']);
      expect(await stored(tracker, clickId)).toEqual([]);
      expect((await inboundLog(tracker, { reason: 'malformed_request' }))[0]).toMatchObject({
        method: 'HEAD',
        status: 400,
      });
    });

    it.each([
      ['JSON', 'application/json', '{"txid":"T-9"}'],
      ['text', 'text/plain', 'txid=T-9'],
      ['XML', 'application/xml', '<txid>T-9</txid>'],
      ['parts', 'multipart/form-data; boundary=x', '--x--'],
    ])('does not read a body of %s, and says so', async (_, type, body) => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open');
      const answer = await send(tracker, `/postback?clickid=${clickid}`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      expectRefusal(answer, 'missing_field', 'txid');
      expect(answer.body.detail).toContain('The body was not read: send a form');
    });
  });
});
