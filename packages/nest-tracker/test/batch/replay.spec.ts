import { describe, expect, it } from '@jest/globals';
import { created, postBatch, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, inboundLog, type Json, manage } from '../support/requests.js';

const replay = (tracker: Parameters<typeof manage>[0], id: unknown) =>
  manage(tracker, `/v1/postbacks/in/${id}/replay`, { method: 'POST' });

describe('a message of a batch', () => {
  onEveryDatabase((current, clock) => {
    it('is replayed by itself after its cause is mended, and then found done when the batch comes again', async () => {
      const { tracker } = current;
      const id = unique('batch');
      const clickId = await click(tracker, 'capped-once');
      const order = () => created({ clickId, transactionId: unique(), revenue: '1.00', currency: 'EUR' }, clock.date);
      const messages = [order(), order()];
      const send = async () => (await postBatch(tracker, messages, { id, at: clock.date })).body.results as Json[];
      expect(await send()).toMatchObject([{ outcome: 'recorded' }, { reason: 'cap_reached' }]);
      const [row] = await inboundLog(tracker, { deliveryId: `${id}.1` });

      const first = messages[0]?.data as { transactionId: string };
      const found = await manage(tracker, `/v1/conversions?transactionId=${first.transactionId}`);
      const [standing] = found.body.items as Json[];
      const body = { status: 'rejected' };
      expect((await manage(tracker, `/v1/conversions/${standing?.id}/status`, { method: 'POST', body })).status).toBe(
        200,
      );

      const replayed = await replay(tracker, row?.id);
      expect(replayed.body).toMatchObject({ outcome: 'recorded' });
      expect(await send()).toMatchObject([{ outcome: 'duplicate' }, { outcome: 'duplicate' }]);
    });

    it('is dry-run as a message of its own, and a whole batch says so', async () => {
      const { tracker } = current;
      const test = (message: Json) => {
        const headers = { 'content-type': 'application/json', 'tallyback-advertiser': 'acme' };
        const body = {
          method: 'POST',
          url: '/v1/conversions/batch',
          headers,
          body: JSON.stringify(message),
          skipProof: true,
        };
        return manage(tracker, '/v1/postbacks/test', { method: 'POST', body });
      };
      const one = await test(created({ transactionId: unique() }));
      expect(one.body).toMatchObject({ outcome: 'unattributed' });
      const whole = await test({ messages: [created({ transactionId: unique() })] });
      expect(whole.text).toContain('one by one');
    });
  });
});
