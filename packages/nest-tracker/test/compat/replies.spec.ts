import { describe, expect, it } from '@jest/globals';
import { unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, inboundLog, send } from '../support/requests.js';
import { NETWORK_PATHS } from './compat-catalog.js';
import { HOUSE, LENIENT_HOUSE } from './house.js';
import { CLICK_ID, campaignOf, outcome, UNKNOWN_CLICK } from './outcomes.js';

describe('the answer of a compat route', () => {
  onEveryDatabase(
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
    { seed: HOUSE },
  );
});

describe('the status of a compat route', () => {
  onEveryDatabase(
    (current, clock) => {
      it('is 200 always where the advertiser wants it so, with the truth in the headers and in the log', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'lenient');
        const path = `/compat/redtrack/postback?clickid=${clickId}&rdtk_event_id=`;
        const transactionId = unique();
        expect(outcome(await send(tracker, path + transactionId))).toEqual([200, 'recorded', undefined]);
        clock.time += 1;
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

      it('is 503 even so while nothing can be stored, so that the network tries again', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'lenient');
        const path = `/compat/tune/aff_lsr?transaction_id=${clickId}&conversion_unique_id=${unique()}`;
        await tracker.database.query('ALTER TABLE tallyback_conversions RENAME TO away');
        try {
          const answer = await send(tracker, path);
          expect(outcome(answer)).toEqual([503, 'rejected', 'storage_unavailable']);
          expect(answer.text).toBe('success=false; err_msg=storage_unavailable;');
          expect(answer.headers['retry-after']).toMatch(/^[1-9]/);
        } finally {
          await tracker.database.query('ALTER TABLE away RENAME TO tallyback_conversions');
        }
        expect(outcome(await send(tracker, path))).toEqual([200, 'recorded', undefined]);
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
    { seed: LENIENT_HOUSE },
  );
});
