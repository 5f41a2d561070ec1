import { describe, expect, it } from '@jest/globals';
import { signUrl } from '@tallyback/protocol';
import { unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, click, inboundLog, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';
import { NETWORK_PATHS } from './compat-catalog.js';
import { HOUSE, LENIENT_HOUSE, SECRET, TOKEN } from './house.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const UNKNOWN_CLICK = '01arz3ndektsv4rrffq69g5fav';
/** The parameter that holds the click id. */
const CLICK_ID: Record<string, string> = {
  voluum: 'cid',
  cake: 'r',
  everflow: 'transaction_id',
  thrivetracker: 'tid',
  tune: 'transaction_id',
  redtrack: 'clickid',
  keitaro: 'subid',
  binom: 'cnv_id',
};
const NETWORKS = Object.keys(NETWORK_PATHS);

const campaignOf = (network: string) => (network === 'thrivetracker' ? 'own-names' : 'open');

async function stored(tracker: Tracker, clickId: string): Promise<Json[]> {
  return (await manage(tracker, `/v1/conversions?clickId=${clickId}`)).body.items as Json[];
}

function outcome({ status, headers }: Answer): unknown[] {
  return [status, headers['tallyback-outcome'], headers['tallyback-reason']];
}

describe('a compat route', () => {
  onEveryTracker(
    (current) => {
      it.each(NETWORKS)('of %s takes a postback by GET and as a form', async (network) => {
        const { tracker } = current;
        const clickId = await click(tracker, campaignOf(network));
        const path = `${NETWORK_PATHS[network]}`;
        const byUrl = await send(tracker, `${path}?${CLICK_ID[network]}=${clickId}`);
        expect(outcome(byUrl)).toEqual([201, 'recorded', undefined]);
        const body = `${CLICK_ID[network]?.toUpperCase()}=${clickId}`;
        const byForm = await send(tracker, path, { method: 'POST', body, headers: FORM });
        expect(outcome(byForm)).toEqual([200, 'duplicate', undefined]);
        expect(await stored(tracker, clickId)).toHaveLength(1);
      });

      it.each(NETWORKS)('of %s reports nothing by HEAD', async (network) => {
        const { tracker } = current;
        const clickId = await click(tracker, campaignOf(network));
        const path = `${NETWORK_PATHS[network]}?${CLICK_ID[network]}=${clickId}`;
        const answer = await send(tracker, path, { method: 'HEAD' });
        expect(outcome(answer)).toEqual([400, 'rejected', 'malformed_request']);
        expect(await stored(tracker, clickId)).toEqual([]);
      });

      it.each([
        '/compat/everflow',
        '/compat/everflow/',
        '/compat/tune/aff_lsr/',
        '/compat/thrivetracker/',
        '/compat/thrivetracker/a/b/c.php',
      ])('is there as %s', async (path) => {
        const answer = await send(current.tracker, path);
        expect([answer.status, answer.headers['tallyback-outcome']]).toEqual([400, 'rejected']);
      });

      it.each([
        '/compat/unknown/postback',
        '/compat/voluum/other',
        '/compat/keitaro/postback',
        '/compat/bemob/postback',
      ])('is not there as %s', async (path) => {
        expect((await send(current.tracker, `${path}?cid=${UNKNOWN_CLICK}`)).status).toBe(404);
      });

      it('refuses a body that is too large in the same words as any', async () => {
        const body = `r=${UNKNOWN_CLICK}&x=${'v'.repeat(40_000)}`;
        const answer = await send(current.tracker, '/compat/cake/p.ashx', { method: 'POST', body, headers: FORM });
        expect(outcome(answer)).toEqual([413, 'rejected', 'body_too_large']);
        expect(answer.text).toBe('<?xml version="1.0" encoding="utf-8"?><result code="1" msg="body_too_large"/>');
      });
    },
    { options: { seed: HOUSE } },
  );
});

describe('a compat route below a prefix of the module', () => {
  onEveryTracker(
    (current) => {
      it.each([
        '/compat/everflow/',
        '/compat/keitaro/postback/postback',
        '/compat/thrivetracker/compat/voluum/postback',
      ])('is there as %s', async (path) => {
        const answer = await send(current.tracker, `/postback/${path.slice(1)}?x=1`);
        expect(outcome(answer)).toEqual([400, 'rejected', 'missing_field']);
        expect((await send(current.tracker, path)).status).toBe(404);
      });
    },
    { options: { seed: HOUSE, path: 'postback' } },
  );
});

describe('the answer of a compat route', () => {
  onEveryTracker(
    (current) => {
      it('is CAKE’s XML', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        const yes = await send(tracker, `/compat/cake/p.ashx?o=1&r=${clickId}&t=${unique()}&p=10.00`);
        expect(outcome(yes)).toEqual([201, 'recorded', undefined]);
        expect(yes.headers['content-type']).toBe('text/xml; charset=utf-8');
        expect(yes.text).toBe('<?xml version="1.0" encoding="utf-8"?><result code="0" msg="SUCCESS"/>');
        const no = await send(tracker, `/compat/cake/p.ashx?r=${UNKNOWN_CLICK}&t=1`);
        expect(outcome(no)).toEqual([404, 'rejected', 'click_not_found']);
        expect(no.text).toBe('<?xml version="1.0" encoding="utf-8"?><result code="1" msg="click_not_found"/>');
      });

      it('is TUNE’s line', async () => {
        const { tracker } = current;
        const path = `/compat/tune/aff_lsr?transaction_id=${await click(tracker, 'open')}&conversion_unique_id=${unique()}`;
        const yes = await send(tracker, path);
        expect([yes.text, ...outcome(yes)]).toEqual(['success=true;', 201, 'recorded', undefined]);
        const twice = await send(tracker, path);
        expect([twice.text, ...outcome(twice)]).toEqual([
          'success=false; err_msg=Duplicate conversion;',
          200,
          'duplicate',
          undefined,
        ]);
        const no = await send(tracker, `/compat/tune/aff_lsr?transaction_id=${UNKNOWN_CLICK}`);
        expect([no.text, ...outcome(no)]).toEqual([
          `success=false; err_msg=Invalid Trans. ID #${UNKNOWN_CLICK};`,
          404,
          'rejected',
          'click_not_found',
        ]);
      });

      it('is the word that Keitaro’s sender asked for, as text and only when the conversion stands', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        const word = encodeURIComponent('<script>1</script>');
        const yes = await send(tracker, `/compat/keitaro/k/postback?subid=${clickId}&return=${word}`);
        expect([yes.status, yes.text]).toEqual([201, '<script>1</script>']);
        expect(yes.headers).toMatchObject({
          'content-type': 'text/plain; charset=utf-8',
          'x-content-type-options': 'nosniff',
          'tallyback-outcome': 'recorded',
        });
        const no = await send(tracker, `/compat/keitaro/k/postback?subid=${UNKNOWN_CLICK}&return=OK`);
        expect(outcome(no)).toEqual([404, 'rejected', 'click_not_found']);
        expect(no.body).toMatchObject({ reason: 'click_not_found', field: 'subid' });
      });

      it.each(['voluum', 'everflow', 'thrivetracker', 'redtrack', 'binom'])(
        'of %s is ours, since theirs is not known',
        async (network) => {
          const { tracker } = current;
          const clickId = await click(tracker, campaignOf(network));
          const path = `${NETWORK_PATHS[network]}?${CLICK_ID[network]}=`;
          const yes = await send(tracker, path + clickId);
          expect(yes.body).toMatchObject({ outcome: 'recorded', clickId });
          const no = await send(tracker, path + UNKNOWN_CLICK);
          expect(outcome(no)).toEqual([404, 'rejected', 'click_not_found']);
          expect(no.body).toMatchObject({ status: 404, outcome: 'rejected', reason: 'click_not_found' });
        },
      );
    },
    { options: { seed: HOUSE } },
  );
});

describe('the status of a compat route', () => {
  onEveryTracker(
    (current) => {
      it('is 200 always where the advertiser wants it so, with the truth in the headers and in the log', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'lenient');
        const path = `/compat/redtrack/postback?clickid=${clickId}&rdtk_event_id=`;
        const transactionId = unique();
        expect(outcome(await send(tracker, path + transactionId))).toEqual([200, 'recorded', undefined]);
        const refused = await send(tracker, `${path}${transactionId}&sum=1,50`);
        expect(outcome(refused)).toEqual([200, 'rejected', 'invalid_field']);
        expect(refused.body).toMatchObject({ reason: 'invalid_field', field: 'sum', status: 400 });
        expect(await inboundLog(tracker, { transactionId })).toMatchObject([
          { outcome: 'rejected', reason: 'invalid_field', status: 200, advertiser: 'lenient', clickId },
          { outcome: 'recorded', status: 200 },
        ]);
        const open = await send(tracker, `/compat/redtrack/postback?clickid=${await click(tracker, 'open')}&sum=1,50`);
        expect(outcome(open)).toEqual([400, 'rejected', 'invalid_field']);
      });

      it('is 200 for a click that nobody knows as soon as one advertiser wants 200 always from this network', async () => {
        const { tracker } = current;
        const tune = await send(tracker, `/compat/tune/aff_lsr?transaction_id=${UNKNOWN_CLICK}`);
        expect([tune.text, ...outcome(tune)]).toEqual([
          `success=false; err_msg=Invalid Trans. ID #${UNKNOWN_CLICK};`,
          200,
          'rejected',
          'click_not_found',
        ]);
      });
    },
    { options: { seed: LENIENT_HOUSE } },
  );
});

describe('the sender of a compat postback', () => {
  onEveryTracker(
    (current) => {
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
    { options: { seed: HOUSE } },
  );
});
