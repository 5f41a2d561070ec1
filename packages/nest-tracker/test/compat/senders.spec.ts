import { describe, expect, it } from '@jest/globals';
import { signUrl } from '@tallyback/protocol';
import { unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, inboundLog, send } from '../support/requests.js';
import { HOUSE, SECRET, TOKEN } from './house.js';
import { outcome, stored } from './outcomes.js';

describe('the sender of a compat postback', () => {
  onEveryDatabase(
    (current, clock) => {
      it.each([
        ['everflow', '/compat/everflow/?transaction_id=CLICK&verification_token=TOKEN'],
        ['tune', '/compat/tune/aff_lsr?transaction_id=CLICK&security_token=TOKEN'],
        ['keitaro', '/compat/keitaro/TOKEN/postback?subid=CLICK'],
        ['voluum', '/compat/voluum/postback?cid=CLICK&token=TOKEN'],
        ['cake', '/compat/cake/p.ashx?r=CLICK&token=TOKEN'],
      ])('%s proves itself by the network’s own credential, which the log never holds', async (_, template) => {
        const { tracker } = current;
        const clickId = await click(tracker, 'by-token');
        const path = (token: string) => template.replace('CLICK', clickId).replace('TOKEN', token);
        const wrong = await send(tracker, path('wrong-token'));
        expect(outcome(wrong)).toEqual([401, 'rejected', 'token_invalid']);
        clock.time += 1;
        expect(outcome(await send(tracker, path(TOKEN)))).toEqual([201, 'recorded', undefined]);
        const log = await inboundLog(tracker, { clickId });
        expect(log).toMatchObject([
          { outcome: 'recorded', sender: 'token', advertiser: 'by-token' },
          { reason: 'token_invalid', step: 'proveSender', sender: null, advertiser: 'by-token' },
        ]);
        expect(JSON.stringify(log)).not.toMatch(/net-token|wrong-token/);
      });

      it('is refused without a credential, from another address, or without a signature', async () => {
        const { tracker } = current;
        const path = async (campaign: string) => `/compat/voluum/postback?cid=${await click(tracker, campaign)}`;
        expect(outcome(await send(tracker, await path('by-token')))).toEqual([401, 'rejected', 'token_invalid']);
        expect(outcome(await send(tracker, await path('by-ip')))).toEqual([403, 'rejected', 'ip_not_allowed']);
        expect(outcome(await send(tracker, await path('signing')))).toEqual([401, 'rejected', 'signature_missing']);
      });

      it('may sign the URL, and then also say what the partner earns', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'signing');
        const url = signUrl({
          method: 'GET',
          url: `${tracker.url}/compat/cake/p.ashx?r=${clickId}&t=${unique()}&p=20.00&ap=7.00`,
          id: unique('url'),
          timestamp: Math.floor(Date.now() / 1000),
          keys: SECRET,
        });
        expect(outcome(await send(tracker, url.slice(tracker.url.length)))).toEqual([201, 'recorded', undefined]);
        expect(await stored(tracker, clickId)).toMatchObject([
          { revenue: { amount: '20.00' }, payout: { amount: '7.00' } },
        ]);
        const forged = await send(tracker, url.slice(tracker.url.length).replace('ap=7.00', 'ap=9.00'));
        expect(outcome(forged)).toEqual([401, 'rejected', 'signature_invalid']);
      });

      it('is found by its token, or as it names itself, where no click leads to it', async () => {
        const { tracker } = current;
        const coupon = 'coupon_code=NOBODY&order_id=1';
        const byToken = await send(tracker, `/compat/everflow/?${coupon}&verification_token=${TOKEN}`);
        expect(outcome(byToken)).toEqual([404, 'rejected', 'click_not_found']);
        expect((await inboundLog(tracker, { advertiser: 'by-token', reason: 'click_not_found' }))[0]).toMatchObject({
          sender: 'token',
        });
        const named = await send(tracker, `/compat/everflow/?${coupon}&advertiser=signing`);
        expect(outcome(named)).toEqual([401, 'rejected', 'signature_missing']);
        const nobody = await send(tracker, `/compat/everflow/?${coupon}`);
        expect(outcome(nobody)).toEqual([401, 'rejected', 'unknown_advertiser']);
        const unknown = await send(tracker, `/compat/everflow/?${coupon}&advertiser=nobody`);
        expect(outcome(unknown)).toEqual([401, 'rejected', 'unknown_advertiser']);
      });

      it('cannot be mistaken by a name that only another advertiser has configured', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        const answer = await send(tracker, `/compat/thrivetracker/pb?tid=${clickId}`);
        expect([answer.status, answer.body.field]).toEqual([400, 'clickId']);
        expect(await stored(tracker, clickId)).toEqual([]);
      });
    },
    { seed: HOUSE },
  );
});
