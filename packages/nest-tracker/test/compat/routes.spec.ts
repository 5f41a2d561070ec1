import { describe, expect, it } from '@jest/globals';
import { onEveryDatabase } from '../support/on-every-database.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, send } from '../support/requests.js';
import { NETWORK_PATHS } from './compat-catalog.js';
import { HOUSE } from './house.js';
import { CLICK_ID, campaignOf, outcome, stored, UNKNOWN_CLICK } from './outcomes.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const NETWORKS = Object.keys(NETWORK_PATHS);

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
        '/compat/thrivetracker',
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
  onEveryDatabase(
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
    { seed: HOUSE, path: 'postback' },
  );
});
