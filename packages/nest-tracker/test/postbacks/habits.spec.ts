import { describe, expect, it } from '@jest/globals';
import { postback, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { type Answer, click, inboundLog, type Json, manage, send } from '../support/requests.js';
import type { Tracker } from '../support/start-tracker.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=ISO-8859-1' };

/** The same postback on our own route and on a network's: what senders do wrong, they do everywhere. */
const ROUTES = [
  ['/postback', 'clickid', 'txid', 'revenue'],
  ['/compat/voluum/postback', 'cid', 'txid', 'payout'],
] as const;

async function stored(tracker: Tracker, clickId: string): Promise<Json[]> {
  return (await manage(tracker, `/v1/conversions?clickId=${clickId}`)).body.items as Json[];
}

function refusal({ status, body }: Answer): unknown[] {
  return [status, body.reason, body.field];
}

describe('what senders do', () => {
  onEveryDatabase((current) => {
    describe.each(ROUTES)('by %s', (route, clickName, transactionName, revenueName) => {
      it.each([
        ['{order_id}'],
        ['#reqid#'],
        ['%23%23ORDER%23%23'],
        ['[[order]]'],
        ['%5BORDER%5D'],
        ['%%ORDER%%'],
        ['%25%25ORDER%25%25'],
        ['$%7Border%7D'],
        ['__ORDER__'],
        ['{{order}}'],
        ['%3Corder%3E'],
        ['$order$'],
      ])('a macro that nobody replaced is refused as such: %s', async (macro) => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        // A "#" as it is would end the URL; senders of such macros encode it.
        const path = `${route}?${clickName}=${clickId}&${transactionName}=${macro.replaceAll('#', '%23')}`;
        const answer = await send(tracker, path);
        expect(refusal(answer)).toEqual([400, 'invalid_field', transactionName]);
        expect(answer.body.detail).toMatch(/macro that the sender did not replace/);
        expect(await inboundLog(tracker, { clickId })).toMatchObject([{ reason: 'invalid_field' }]);
      });

      it.each(['undefined', 'null', 'NaN', '%5Bobject%20Object%5D'])(
        'what a program prints for nothing is no transaction id: %s',
        async (nothing) => {
          const { tracker } = current;
          const path = `${route}?${clickName}=${await click(tracker, 'open')}&${transactionName}=${nothing}`;
          const answer = await send(tracker, path);
          expect(refusal(answer)).toEqual([400, 'invalid_field', transactionName]);
        },
      );

      it('a decimal comma is refused with the words to mend it', async () => {
        const { tracker } = current;
        for (const amount of ['49,90', '1,234', '1.234,50']) {
          const path = `${route}?${clickName}=${await click(tracker, 'open')}&${transactionName}=1&${revenueName}=${amount}`;
          const answer = await send(tracker, path);
          expect(refusal(answer)).toEqual([400, 'invalid_field', revenueName]);
          expect(answer.body.detail).toMatch(/has a comma; send a decimal point/);
        }
      });

      it('a parameter may come twice with one value, and not with two', async () => {
        const { tracker } = current;
        const path = `${route}?${clickName}=${await click(tracker, 'open')}&${transactionName}=${unique()}`;
        expect((await send(tracker, `${path}&${revenueName}=1.00&${revenueName.toUpperCase()}=1.00`)).status).toBe(201);
        const answer = await send(tracker, `${path}&${revenueName}=1.00&${revenueName}=2.00`);
        expect(refusal(answer)).toEqual([400, 'invalid_field', revenueName]);
        expect(answer.body.detail).toMatch(/twice with different values/);
      });

      it('a parameter in URL and form may not contradict itself either', async () => {
        const { tracker } = current;
        const path = `${route}?${clickName}=${await click(tracker, 'open')}&${transactionName}=1`;
        const answer = await send(tracker, path, { method: 'POST', body: `${transactionName}=2`, headers: FORM });
        expect(refusal(answer)).toEqual([400, 'invalid_field', transactionName]);
      });

      it('"&amp;" out of a page’s source separates parameters as "&" does', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        const path = `${route}?${clickName}=${clickId}&amp;${transactionName}=${clickId}&amp;${revenueName}=2.00`;
        expect((await send(tracker, path)).status).toBe(201);
        expect(await stored(tracker, clickId)).toMatchObject([
          { transactionId: clickId, revenue: { amount: '2.00' }, metadata: null },
        ]);
      });

      it('";" does not separate parameters', async () => {
        const { tracker } = current;
        const answer = await send(
          tracker,
          `${route}?${clickName}=${await click(tracker, 'open')};${transactionName}=1`,
        );
        expect(refusal(answer)).toEqual([400, 'invalid_field', clickName]);
      });

      it('an invalid percent-encoding stays as it is; bytes that are not UTF-8 are refused', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        const path = `${route}?${clickName}=${clickId}&${transactionName}=`;
        expect((await send(tracker, `${path}${clickId}50%25-%zz-%`)).status).toBe(201);
        expect(await stored(tracker, clickId)).toMatchObject([{ transactionId: `${clickId}50%-%zz-%` }]);
        const latin = await send(tracker, `${path}Stra%DFe`);
        expect(refusal(latin)).toEqual([400, 'invalid_field', transactionName]);
        expect(latin.body.detail).toMatch(/UTF-8/);
        const body = Buffer.from(`${transactionName}=Stra\u00dfe`, 'latin1');
        const form = await send(tracker, `${route}?${clickName}=${clickId}`, { method: 'POST', body, headers: FORM });
        expect(refusal(form)).toEqual([400, 'invalid_field', transactionName]);
      });

      it('a query with a thousand appended parameters is recorded, with as many of them as metadata holds', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        const more = Array.from({ length: 1_000 }, (_, index) => `p${index}=value`).join('&');
        expect(
          (await send(tracker, `${route}?${clickName}=${clickId}&${transactionName}=${clickId}&${more}`)).status,
        ).toBe(201);
        const [conversion] = await stored(tracker, clickId);
        const bytes = Buffer.byteLength(JSON.stringify(conversion?.metadata));
        expect(bytes).toBeGreaterThan(3_500);
        expect(bytes).toBeLessThanOrEqual(4_096);
      });

      it.each([
        ['nothing, said to be JSON', 'application/json', ''],
        ['nothing, said to be XML', 'text/xml', ''],
        ['XML', 'text/xml', '<order/>'],
        ['parts', 'multipart/form-data; boundary=x', '--x--'],
        ['of no type', '', 'order'],
      ])('a POST whose URL says everything counts, also with a body that is %s', async (_, type, body) => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        const path = `${route}?${clickName}=${clickId}&${transactionName}=${clickId}`;
        const headers = { 'content-length': String(body.length), ...(type && { 'content-type': type }) };
        expect((await send(tracker, path, { method: 'POST', body, headers })).status).toBe(201);
      });

      it('a slash at the end of the path makes no difference', async () => {
        const { tracker } = current;
        const clickId = await click(tracker, 'open');
        const query = `${clickName}=${clickId}&${transactionName}=${clickId}`;
        expect((await send(tracker, `${route}/?${query}`)).status).toBe(201);
        const body = query;
        expect((await send(tracker, `${route}/`, { method: 'POST', body, headers: FORM })).body.outcome).toBe(
          'duplicate',
        );
      });

      it('a form larger than a message may be is refused before it is read', async () => {
        const { tracker } = current;
        const path = `${route}?${clickName}=${await click(tracker, 'open')}`;
        const body = `${transactionName}=1&x=${'v'.repeat(33_000)}`;
        expect(refusal(await send(tracker, path, { method: 'POST', body, headers: FORM }))).toEqual([
          413,
          'body_too_large',
          undefined,
        ]);
      });
    });

    it('a refused classic postback is found in the log by everything that it names', async () => {
      const { tracker } = current;
      const [clickid, txid] = [await click(tracker, 'open'), unique()];
      await send(tracker, postback({ clickid, txid, revenue: '{amount}' }));
      expect(await inboundLog(tracker, { transactionId: txid, clickId: clickid })).toMatchObject([
        { reason: 'invalid_field', field: 'revenue', step: 'readRequest' },
      ]);
    });
  });
});
