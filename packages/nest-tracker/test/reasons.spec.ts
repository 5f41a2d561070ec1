import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { REASONS, type Reason } from '@tallyback/protocol';
import { CatalogService } from '../src/index.js';
import { SECRETS } from './support/catalog.js';
import { change, post, postback, report, unique } from './support/messages.js';
import { onEveryTracker } from './support/on-every-tracker.js';
import { type Answer, click, inboundLog, type Json, send } from './support/requests.js';
import type { Tracker } from './support/start-tracker.js';

/** A request that is refused, and what its row in the inbound log is found by. */
interface Refused {
  readonly answer: Answer;
  readonly named: Record<string, string>;
}

const UNKNOWN_CLICK = '01arz3ndektsv4rrffq69g5fav';

async function reported(tracker: Tracker, data: Json, options: Parameters<typeof report>[2] = {}): Promise<Refused> {
  const id = unique('msg');
  return { answer: await report(tracker, data, { id, ...options }), named: { deliveryId: id } };
}

async function classic(tracker: Tracker, campaign: string, parameters: Record<string, string> = {}): Promise<Refused> {
  const clickid = await click(tracker, campaign);
  return {
    answer: await send(tracker, postback({ clickid, txid: unique(), ...parameters })),
    named: { clickId: clickid },
  };
}

async function onCampaign(tracker: Tracker, campaign: string, data: Json = {}): Promise<Refused> {
  return reported(tracker, { clickId: await click(tracker, campaign), transactionId: unique(), ...data });
}

/** A request that runs into each reason of the closed list. */
const REQUESTS: Record<Reason, (tracker: Tracker) => Promise<Refused>> = {
  async malformed_request(tracker) {
    const id = unique('msg');
    return { answer: await post(tracker, '{"type":', { id }), named: { deliveryId: id } };
  },
  unknown_field: (tracker) => reported(tracker, { transactionId: unique(), revnue: '1.00' }),
  missing_field: (tracker) => reported(tracker, { revenue: '1.00', currency: 'EUR' }),
  invalid_field: (tracker) => reported(tracker, { transactionId: unique(), revenue: '1.005', currency: 'EUR' }),
  unknown_advertiser: (tracker) => reported(tracker, { transactionId: unique() }, { advertiser: 'nobody' }),
  signature_missing: (tracker) => classic(tracker, 'boots'),
  signature_invalid: (tracker) => reported(tracker, { transactionId: unique() }, { secret: SECRETS.rival }),
  timestamp_out_of_tolerance: (tracker) => reported(tracker, { transactionId: unique() }, { at: new Date(0) }),
  token_invalid: (tracker) => classic(tracker, 'by-token', { token: 'wrong' }),
  ip_not_allowed: (tracker) => classic(tracker, 'by-ip'),
  async click_not_found(tracker) {
    const txid = unique();
    const answer = await send(tracker, postback({ clickid: UNKNOWN_CLICK, txid }));
    return { answer, named: { transactionId: txid, clickId: UNKNOWN_CLICK } };
  },
  async campaign_not_found(tracker) {
    const campaign = unique('gone').toLowerCase();
    return { answer: await send(tracker, `/c/${campaign}`), named: { campaign } };
  },
  async status_transition_invalid(tracker) {
    const id = unique('msg');
    const answer = await change(tracker, { transactionId: unique(), status: 'refunded' }, { id });
    return { answer, named: { deliveryId: id } };
  },
  async duplicate_refused(tracker) {
    const data = { clickId: await click(tracker, 'reject'), transactionId: unique() };
    await report(tracker, data);
    return reported(tracker, data);
  },
  body_too_large: (tracker) => reported(tracker, { transactionId: unique(), metadata: { a: 'x'.repeat(40_000) } }),
  click_mismatch: (tracker) => onCampaign(tracker, 'rival-boots'),
  outside_window: (tracker) => onCampaign(tracker, 'windowed'),
  async offer_inactive(tracker) {
    const key = unique('o').toLowerCase();
    const offer = { key, advertiser: 'acme', destination: 'https://shop.example/', currency: 'EUR' };
    const catalog = tracker.get(CatalogService);
    await catalog.apply({ offers: [offer], campaigns: [{ key, partner: 'blog', offers: [{ offer: key }] }] });
    const clickId = await click(tracker, key);
    await catalog.apply({ offers: [{ ...offer, status: 'paused' }] });
    return reported(tracker, { clickId, transactionId: unique() });
  },
  event_unknown: (tracker) => onCampaign(tracker, 'leads-only'),
  currency_unsupported: (tracker) => onCampaign(tracker, 'boots', { revenue: '1.00', currency: 'USD' }),
  async cap_reached(tracker) {
    // From before the cap is reached: after that, visitors are sent elsewhere.
    const [first, second] = [await click(tracker, 'capped-once'), await click(tracker, 'capped-once')];
    await reported(tracker, { clickId: first, transactionId: unique() });
    return reported(tracker, { clickId: second, transactionId: unique() });
  },
  async rate_limited(tracker) {
    const key = unique('l').toLowerCase();
    await tracker.get(CatalogService).apply({
      advertisers: [{ key, secrets: [SECRETS.acme], rateLimit: { perSecond: 0.001, burst: 1 } }],
    });
    await reported(tracker, { transactionId: unique() }, { advertiser: key });
    return {
      ...(await reported(tracker, { transactionId: unique() }, { advertiser: key })),
      named: { advertiser: key },
    };
  },
  async storage_unavailable(tracker) {
    const clickId = await click(tracker, 'boots');
    await tracker.database.query('ALTER TABLE tallyback_conversions RENAME TO away');
    try {
      return await reported(tracker, { clickId, transactionId: unique() });
    } finally {
      await tracker.database.query('ALTER TABLE away RENAME TO tallyback_conversions');
    }
  },
};

/** The newest row with this reason; one that a failing storage kept from being written at once may take its time. */
async function rowOf(tracker: Tracker, reason: Reason, named: Record<string, string>): Promise<Json | undefined> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const [row] = await inboundLog(tracker, { ...named, reason });
    if (row) return row;
  }
  return undefined;
}

describe('every reason for a refusal', () => {
  onEveryTracker((current) => {
    it.each(Object.keys(REASONS) as Reason[])(
      'is answered with its status and stands in the log (%s)',
      async (reason) => {
        const { tracker } = current;
        const { answer, named } = await REQUESTS[reason](tracker);
        expect(answer.body).toMatchObject({ reason, status: REASONS[reason] });
        expect(answer.status).toBe(REASONS[reason]);
        if (answer.status === 429 || answer.status === 503) expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
        const row = await rowOf(tracker, reason, named);
        expect(row).toMatchObject({
          ...named,
          outcome: 'rejected',
          reason,
          status: REASONS[reason],
          detail: answer.body.detail,
        });
        expect((row?.steps as string[] | undefined)?.at(-1)).toBe(row?.step);
      },
    );
  });
});

describe('the document of the reasons', () => {
  const text = readFileSync(new URL('../docs/reasons.md', import.meta.url), 'utf8');
  const sections = text.split(/^#{2,4} /m).slice(1);

  it.each(Object.keys(REASONS))('says what %s means and what to do about it', (reason) => {
    const section = sections.find((candidate) => candidate.split('\n', 1)[0]?.includes(`\`${reason}\``));
    expect(section).toBeDefined();
    expect(section).toMatch(/cure/i);
    expect(section).toContain(String(REASONS[reason as Reason]));
  });
});
