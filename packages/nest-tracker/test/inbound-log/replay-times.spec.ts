import { describe, expect, it } from '@jest/globals';
import { CatalogService } from '../../src/index.js';
import { postback, report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, inboundLog, type Json, manage, send } from '../support/requests.js';

describe('a replay hours later', () => {
  onEveryDatabase((current, clock) => {
    it('judges the window by when the request arrived, and keeps that as the conversion’s time', async () => {
      const { tracker } = current;
      const catalog = tracker.get(CatalogService);
      const [signed, open] = [unique('s').toLowerCase(), unique('o').toLowerCase()];
      const offers = (events: readonly string[]) => [
        { key: signed, advertiser: 'acme', destination: 'https://shop.example/', currency: 'EUR', events },
        { key: open, advertiser: 'open', destination: 'https://shop.example/', currency: 'EUR', events },
      ];
      const windowed = (events: readonly string[]) =>
        offers(events).map((offer) => ({ ...offer, window: { maxSeconds: 3_600 } }));
      const campaigns = [signed, open].map((key) => ({ key, partner: 'blog', offers: [{ offer: key }] }));
      clock.set('2026-11-22T08:00:00Z');
      await catalog.apply({ offers: windowed(['lead']), campaigns });
      const clicks = [await click(tracker, signed), await click(tracker, open)] as const;

      clock.set('2026-11-22T08:50:00Z');
      await report(tracker, { clickId: clicks[0], transactionId: unique() }, { at: clock.date });
      await send(tracker, postback({ clickid: clicks[1], txid: unique() }));

      clock.set('2026-11-22T14:00:00Z');
      await catalog.apply({ offers: windowed(['lead', 'purchase']) });
      for (const clickId of clicks) {
        const [row] = await inboundLog(tracker, { clickId });
        expect(row).toMatchObject({ reason: 'event_unknown', receivedAt: '2026-11-22T08:50:00.000Z' });
        const answer = await manage(tracker, `/v1/postbacks/in/${row?.id}/replay`, { method: 'POST', body: {} });
        expect(answer.body).toMatchObject({ outcome: 'recorded', clickId });
        const [conversion] = (await manage(tracker, `/v1/conversions?clickId=${clickId}`)).body.items as object[];
        expect(conversion).toMatchObject({ occurredAt: '2026-11-22T08:50:00.000Z' });
        const [replayed] = await inboundLog(tracker, { clickId, outcome: 'recorded' });
        expect(replayed).toMatchObject({
          receivedAt: '2026-11-22T08:50:00.000Z',
          loggedAt: '2026-11-22T14:00:00.000Z',
        });
      }
    });

    it('takes a time that was in the future for the time of the request, as its first delivery would have', async () => {
      const { tracker } = current;
      const key = unique('f').toLowerCase();
      const offer = { key, advertiser: 'acme', destination: 'https://shop.example/', currency: 'EUR' };
      const campaigns = [{ key, partner: 'blog', offers: [{ offer: key }] }];
      clock.set('2026-11-22T08:00:00Z');
      await tracker.get(CatalogService).apply({ offers: [{ ...offer, events: ['lead'] }], campaigns });
      const clickId = await click(tracker, key);
      const tell = (event: string) =>
        report(
          tracker,
          { clickId, transactionId: unique(), event, occurredAt: '2026-11-22T12:00:00Z' },
          { at: clock.date },
        );
      clock.set('2026-11-22T09:00:00Z');
      expect((await tell('lead')).body).toMatchObject({ outcome: 'recorded' });
      expect((await tell('purchase')).body).toMatchObject({ reason: 'event_unknown' });

      clock.set('2026-11-22T14:00:00Z');
      await tracker.get(CatalogService).apply({ offers: [{ ...offer, events: ['lead', 'purchase'] }] });
      const [row] = await inboundLog(tracker, { clickId, reason: 'event_unknown' });
      const { body } = await manage(tracker, `/v1/postbacks/in/${row?.id}/replay`, { method: 'POST', body: {} });
      expect(body).toMatchObject({ outcome: 'recorded' });
      const { items } = (await manage(tracker, `/v1/conversions?clickId=${clickId}`)).body;
      const times = (items as Json[]).map(({ event, occurredAt }) => `${event} ${occurredAt}`);
      expect(times.sort()).toEqual(['lead 2026-11-22T09:00:00.000Z', 'purchase 2026-11-22T09:00:00.000Z']);
    });
  });
});
