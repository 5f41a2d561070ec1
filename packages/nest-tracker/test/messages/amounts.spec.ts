import { describe, expect, it } from '@jest/globals';
import { change, postback, report, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, type Json, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

async function payoutOf(tracker: Tracker, campaign: string, data: Json): Promise<unknown> {
  const clickId = await click(tracker, campaign);
  const { body } = await report(tracker, { clickId, transactionId: unique(), ...data });
  return (body.payout as Json | undefined)?.amount ?? body;
}

describe('the payout of a conversion', () => {
  onEveryTracker((current) => {
    it.each([
      ['boots', 'EUR', '0.05', '0.00'], // 0.5 cents: to the even 0
      ['boots', 'EUR', '0.15', '0.02'], // 1.5 cents: to the even 2
      ['boots', 'EUR', '0.25', '0.02'], // 2.5 cents: to the even 2
      ['boots', 'EUR', '0.26', '0.03'],
      ['boots', 'EUR', '9999999999999.99', '1000000000000.00'],
      ['yen', 'JPY', '4', '0'], // 12.5 %: 0.5 yen
      ['yen', 'JPY', '12', '2'], // 1.5 yen
      ['yen', 'JPY', '100', '12'], // 12.5 yen
      ['dinar', 'KWD', '1.020', '0.026'], // 2.5 %: 25.5 fils
      ['dinar', 'KWD', '1.060', '0.026'], // 26.5 fils
    ])('of %s is a percentage rounded half-even once: %s %s pays %s', async (campaign, currency, revenue, payout) => {
      expect(await payoutOf(current.tracker, campaign, { revenue, currency })).toBe(payout);
    });

    it('is fixed where the rule of the event says so, whatever the revenue', async () => {
      const { tracker } = current;
      expect(await payoutOf(tracker, 'boots', { event: 'lead', revenue: '100.00', currency: 'EUR' })).toBe('2.00');
      expect(await payoutOf(tracker, 'boots', { event: 'lead' })).toBe('2.00');
    });

    it('is nothing without a rule', async () => {
      expect(await payoutOf(current.tracker, 'no-macro', { revenue: '10.00', currency: 'EUR' })).toBe('0.00');
    });

    it('may be set by a signed message when the offer allows it', async () => {
      const data = { revenue: '10.00', currency: 'EUR', payout: '7.77' };
      expect(await payoutOf(current.tracker, 'override', data)).toBe('7.77');
      expect(await payoutOf(current.tracker, 'boots', data)).toBe('1.00');
    });

    it('is never set by an unsigned postback', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'open-override');
      const answer = await send(tracker, postback({ clickid, txid: unique(), revenue: '10.00', payout: '7.77' }));
      expect(answer.body).toMatchObject({ outcome: 'recorded', payout: { amount: '1.00', currency: 'EUR' } });
    });

    it('follows a new revenue by its rule, except where it was set by hand', async () => {
      const { tracker } = current;
      const change10to20 = async (campaign: string, more: Json) => {
        const data = { clickId: await click(tracker, campaign), transactionId: unique(), currency: 'EUR' };
        await report(tracker, { ...data, revenue: '10.00', ...more });
        const { body } = await change(tracker, { ...data, revenue: '20.00' });
        return body;
      };
      expect(await change10to20('boots', {})).toMatchObject({ outcome: 'updated', payout: { amount: '2.00' } });
      expect(await change10to20('override', { payout: '7.77' })).toMatchObject({
        outcome: 'updated',
        revenue: { amount: '20.00' },
        payout: { amount: '7.77' },
      });
    });

    it('takes the offer’s currency when the message names none', async () => {
      const { tracker } = current;
      const { body } = await report(tracker, { clickId: await click(tracker, 'yen'), transactionId: unique() });
      expect(body).toMatchObject({
        revenue: { amount: '0', currency: 'JPY' },
        payout: { amount: '0', currency: 'JPY' },
      });
    });
  });
});
