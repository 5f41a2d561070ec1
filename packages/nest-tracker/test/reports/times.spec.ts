import { describe, expect, it } from '@jest/globals';
import { report, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { pick, reportOf } from '../support/reports.js';
import { click } from '../support/requests.js';

describe('the times of a report', () => {
  onEveryDatabase((current, clock) => {
    /** One click at each of these times; answers the filter that finds only them. */
    const clicksAt = async (...times: string[]) => {
      const sub1 = unique('zone');
      for (const time of times) {
        clock.set(time);
        await click(current.tracker, 'boots', `sub1=${sub1}`);
      }
      clock.set('2033-01-01T00:00:00Z');
      return `filter[sub1]=${sub1}`;
    };
    const clicksBy = async (unit: string, query: string) =>
      pick((await reportOf(current.tracker, `groupBy=${unit}&${query}`)).rows, unit, 'clicks');

    it('follow the zone through the night in which summer time begins', async () => {
      const filter = await clicksAt(
        '2031-03-29T22:59:59.999Z',
        '2031-03-29T23:00:00Z',
        '2031-03-30T00:59:59.999Z',
        '2031-03-30T01:00:00Z',
        '2031-03-30T21:59:59.999Z',
        '2031-03-30T22:00:00Z',
      );
      const berlin = `${filter}&timezone=Europe/Berlin`;
      expect(await clicksBy('day', berlin)).toEqual([
        ['2031-03-29', 1],
        ['2031-03-30', 4],
        ['2031-03-31', 1],
      ]);
      expect(await clicksBy('hour', berlin)).toEqual([
        ['2031-03-29T23:00', 1],
        ['2031-03-30T00:00', 1],
        ['2031-03-30T01:00', 1],
        ['2031-03-30T03:00', 1],
        ['2031-03-30T23:00', 1],
        ['2031-03-31T00:00', 1],
      ]);
      expect(await clicksBy('day', `${berlin}&from=2031-03-30&to=2031-03-30`)).toEqual([['2031-03-30', 4]]);
      expect(await clicksBy('day', filter)).toEqual([
        ['2031-03-29', 2],
        ['2031-03-30', 4],
      ]);
    });

    it('follow the zone through the night in which summer time ends', async () => {
      const filter = await clicksAt(
        '2031-10-25T21:59:59.999Z',
        '2031-10-25T22:00:00Z',
        '2031-10-26T00:30:00Z',
        '2031-10-26T01:30:00Z',
        '2031-10-26T22:59:59.999Z',
        '2031-10-26T23:00:00Z',
      );
      const berlin = `${filter}&timezone=Europe/Berlin`;
      expect(await clicksBy('day', berlin)).toEqual([
        ['2031-10-25', 1],
        ['2031-10-26', 4],
        ['2031-10-27', 1],
      ]);
      expect(await clicksBy('hour', `${berlin}&from=2031-10-26&to=2031-10-26`)).toEqual([
        ['2031-10-26T00:00', 1],
        ['2031-10-26T02:00', 2],
        ['2031-10-26T23:00', 1],
      ]);
    });

    it('know zones that are not whole hours away', async () => {
      const filter = await clicksAt('2031-06-30T18:29:59.999Z', '2031-06-30T18:30:00Z');
      const kolkata = `${filter}&timezone=Asia/Kolkata`;
      expect(await clicksBy('day', kolkata)).toEqual([
        ['2031-06-30', 1],
        ['2031-07-01', 1],
      ]);
      expect(await clicksBy('month', kolkata)).toEqual([
        ['2031-06', 1],
        ['2031-07', 1],
      ]);
      expect(await clicksBy('hour', kolkata)).toEqual([
        ['2031-06-30T23:00', 1],
        ['2031-07-01T00:00', 1],
      ]);
      expect(await clicksBy('day', `${kolkata}&to=2031-06-30`)).toEqual([['2031-06-30', 1]]);
    });

    it('know a day that begins at one o’clock', async () => {
      const filter = await clicksAt('2024-09-08T03:59:59.999Z', '2024-09-08T04:00:00Z');
      const santiago = `${filter}&timezone=America/Santiago`;
      expect(await clicksBy('hour', santiago)).toEqual([
        ['2024-09-07T23:00', 1],
        ['2024-09-08T01:00', 1],
      ]);
      expect(await clicksBy('hour', `${santiago}&from=2024-09-08`)).toEqual([['2024-09-08T01:00', 1]]);
      expect(await clicksBy('hour', `${santiago}&to=2024-09-07`)).toEqual([['2024-09-07T23:00', 1]]);
    });

    it('bound by exact times as well: from is inclusive, to is exclusive', async () => {
      const filter = await clicksAt('2031-05-01T09:59:59.999Z', '2031-05-01T10:00:00Z', '2031-05-01T11:00:00Z');
      const clicks = async (query: string) =>
        (await reportOf(current.tracker, `${filter}&${query}`)).rows[0]?.clicks ?? 0;
      expect(await clicks('from=2031-05-01T10:00:00Z')).toBe(2);
      expect(await clicks('to=2031-05-01T10:00:00Z')).toBe(1);
      expect(await clicks('from=2031-05-01T12:00:00%2B02:00&to=2031-05-01T11:00:00.000Z')).toBe(1);
      expect(await clicks('from=0001-01-01T00:00:00Z&to=9999-12-31T00:00:00Z&timezone=Europe/Berlin')).toBe(3);
      expect(await clicks('from=0001-01-01&to=9999-12-31&timezone=Europe/Berlin')).toBe(3);
    });

    it('count a conversion when it happened, or when its click was made', async () => {
      const { tracker } = current;
      const sub1 = unique('by');
      clock.set('2031-08-01T12:00:00Z');
      const clickId = await click(tracker, 'boots', `sub1=${sub1}`);
      clock.set('2031-08-03T12:00:00Z');
      const data = {
        clickId,
        transactionId: unique(),
        revenue: '10.00',
        currency: 'EUR',
        occurredAt: '2031-08-02T12:00:00Z',
      };
      await report(tracker, data, { at: clock.date });
      const rows = async (by: string) =>
        pick(
          (await reportOf(tracker, `groupBy=day&filter[sub1]=${sub1}${by}`)).rows,
          'day',
          'clicks',
          'conversions',
          'cr',
          'epc',
        );
      const byConversion = [
        ['2031-08-01', 1, 0, 0, '0.0000'],
        ['2031-08-02', 0, 1, null, null],
      ];
      expect(await rows('')).toEqual(byConversion);
      expect(await rows('&by=conversion')).toEqual(byConversion);
      expect(await rows('&by=click')).toEqual([['2031-08-01', 1, 1, 1, '10.0000']]);
      expect(await rows('&by=click&from=2031-08-02')).toEqual([]);
    });
  });
});
