import { beforeAll, describe, expect, it } from '@jest/globals';
import { postBatch, report, unique } from '../support/messages.js';
import { onBothTrackers } from '../support/on-every-tracker.js';
import { click, type Json, manage, send } from '../support/requests.js';

const MANY = 1_003;

onBothTrackers((current) => {
  describe('an export of conversions', () => {
    beforeAll(async () => {
      const { tracker } = current;
      const timestamp = new Date().toISOString();
      const message = () => ({ type: 'conversion.created', timestamp, data: { transactionId: unique('many') } });
      for (const count of [1_000, MANY - 1_000]) await postBatch(tracker, Array.from({ length: count }, message));
      const clickId = await click(tracker, 'boots');
      await report(tracker, {
        clickId,
        transactionId: '=1+1',
        event: 'lead',
        revenue: '12.50',
        currency: 'EUR',
        customerId: 'a,"b"',
      });
    });

    it('has every conversion once, as lines of JSON with the ledger', async () => {
      const { status, headers, text } = await manage(current.tracker, '/v1/conversions?format=ndjson');
      expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson']);
      const items = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Json);
      expect(items).toHaveLength(MANY + 1);
      expect(new Set(items.map(({ id }) => id)).size).toBe(MANY + 1);
      expect(items[0]).toMatchObject({ transactionId: '=1+1', ledger: [{ newStatus: 'approved' }] });
    });

    it('is CSV that no spreadsheet takes for a formula, under the filters of the search', async () => {
      const { status, headers, text } = await manage(current.tracker, '/v1/conversions?format=csv&event=lead');
      expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
      const [head, line, end] = text.split('\r\n');
      expect(head).toMatch(/^id,advertiser,event,transactionId,clickId,campaign,/);
      expect(line).toContain(",acme,lead,'=1+1,");
      expect(line).toContain(',boots,boots,blog,approved,12.50,2.00,EUR,');
      expect(line).toContain(',"a,""b""",');
      expect(end).toBe('');
    });

    it('is narrowed by the time of arrival', async () => {
      const { tracker } = current;
      const [first] = (await manage(tracker, '/v1/conversions?limit=1')).body.items as [Json];
      const countOf = async (range: string) =>
        (await manage(tracker, `/v1/conversions?format=ndjson&${range}`)).text.split('\n').length - 1;
      expect(await countOf(`from=${first.receivedAt}`)).toBe(1);
      expect(await countOf(`to=${first.receivedAt}`)).toBe(MANY);
      expect((await manage(tracker, '/v1/conversions?from=yesterday')).status).toBe(400);
    });

    it('is searched by the id that an outcome names, and by a click’s in any case of letters', async () => {
      const { tracker } = current;
      const found = async (query: string) => {
        const { items, next } = (await manage(tracker, `/v1/conversions?${query}`)).body as {
          items: Json[];
          next: null;
        };
        expect(next).toBeNull();
        return items.map(({ id }) => id);
      };
      const [newest, other] = (await manage(tracker, '/v1/conversions?limit=2')).body.items as [Json, Json];
      expect(await found(`conversionId=${newest.id}`)).toEqual([newest.id]);
      expect(await found(`conversionId=${String(other.id).toUpperCase()}`)).toEqual([other.id]);
      expect(await found(`conversionId=${other.id}&event=lead`)).toEqual([]);
      expect(await found(`conversionId=${other.id}&from=2999-01-01T00:00:00Z`)).toEqual([]);
      expect(await found('conversionId=none')).toEqual([]);
      expect(await found(`clickId=${String(newest.clickId).toUpperCase()}`)).toEqual([newest.id]);
    });

    it.each(['format=xml', 'format=csv&limit=10', 'format=ndjson&cursor=x'])('refuses %s', async (query) => {
      expect((await manage(current.tracker, `/v1/conversions?${query}`)).status).toBe(400);
    });

    it('is the operator’s alone', async () => {
      expect((await send(current.tracker, '/v1/conversions?format=csv')).status).toBe(401);
    });
  });
});
