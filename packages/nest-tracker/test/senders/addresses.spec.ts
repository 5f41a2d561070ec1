import { describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../support/expect-refusal.js';
import { postback, unique } from '../support/messages.js';
import { type Current, onEveryTracker } from '../support/on-every-tracker.js';
import { click, inboundLog, send } from '../support/requests.js';

const seedWith = (ipAllow: readonly string[]) => ({
  advertisers: [{ key: 'a', accept: ['ip'], ipAllow }],
  offers: [{ key: 'o', advertiser: 'a', destination: 'https://shop.example/?clickid={clickid}', currency: 'EUR' }],
  partners: [{ key: 'p' }],
  campaigns: [{ key: 'c', partner: 'p', offers: [{ offer: 'o' }] }],
});

const convert = async ({ tracker }: Current, headers: Record<string, string>) => {
  const clickid = await click(tracker, 'c');
  return { clickid, answer: await send(tracker, postback({ clickid, txid: unique() }), { headers }) };
};

const RANGES = ['203.0.113.76/31', '198.51.100.7', '2001:db8:1::/48', '2001:db8:ffff::1', '::ffff:192.0.2.0/120'];

describe('an advertiser’s list of addresses', () => {
  onEveryTracker(
    (current) => {
      it.each([
        ['203.0.113.75', 403],
        ['203.0.113.76', 201],
        ['203.0.113.77', 201],
        ['203.0.113.78', 403],
        ['198.51.100.7', 201],
        ['198.51.100.8', 403],
        ['::ffff:198.51.100.7', 201],
        ['::ffff:c633:6407', 201],
        ['198.51.100.7:4711', 201],
        ['2001:db8:0:ffff:ffff:ffff:ffff:ffff', 403],
        ['2001:db8:1::', 201],
        ['2001:0DB8:0001:ffff:ffff:ffff:ffff:ffff', 201],
        ['2001:db8:2::', 403],
        ['2001:db8:ffff::1', 201],
        ['2001:db8:ffff::2', 403],
        ['[2001:db8:ffff::1]:443', 201],
        ['192.0.2.99', 201],
        ['::ffff:192.0.2.99', 201],
        ['192.0.3.1', 403],
        ['unknown', 403],
        ["' OR 1=1", 403],
      ])('is asked for %s as the proxy says it: %i', async (address, status) => {
        const { answer } = await convert(current, { 'x-forwarded-for': address });
        if (status === 403) expectRefusal(answer, 'ip_not_allowed');
        expect(answer.status).toBe(status);
      });
    },
    { behindProxy: true, options: { seed: seedWith(RANGES) } },
  );
});

describe('a sender that says itself where it comes from', () => {
  const SAID = {
    'x-forwarded-for': '203.0.113.9',
    'x-real-ip': '203.0.113.9',
    forwarded: 'for=203.0.113.9',
    'cf-connecting-ip': '203.0.113.9',
    'true-client-ip': '203.0.113.9',
  };

  onEveryTracker(
    (current) => {
      it('is not believed unless the host trusts its proxies', async () => {
        const { clickid, answer } = await convert(current, SAID);
        expectRefusal(answer, 'ip_not_allowed');
        expect(await inboundLog(current.tracker, { clickId: clickid })).toMatchObject([{ ip: '127.0.0.0' }]);
      });
    },
    { options: { seed: seedWith(['203.0.113.0/24']) } },
  );

  onEveryTracker(
    (current) => {
      it('is known by the connection that it has', async () => {
        expect((await convert(current, SAID)).answer.status).toBe(201);
      });
    },
    { options: { seed: seedWith(['127.0.0.1']) } },
  );
});
