import { beforeAll, describe, expect, it } from '@jest/globals';
import { report, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { pick, reportOf } from '../support/reports.js';
import { click, manage } from '../support/requests.js';

const TRICKY = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '＝1',
  'a "b", c',
  'two\nlines',
  '-5',
  '+5',
  'plain',
  '',
];

describe('a report', () => {
  onEveryTracker((current) => {
    beforeAll(async () => {
      const { tracker } = current;
      for (const sub2 of TRICKY) await click(tracker, 'boots', new URLSearchParams({ sub2 }).toString());
      for (const [campaign, revenue] of [
        ['ignore', '9.00'],
        ['new', '10.00'],
        ['reject', '100.00'],
      ] as const) {
        await report(tracker, {
          clickId: await click(tracker, campaign),
          transactionId: unique(),
          revenue,
          currency: 'EUR',
        });
      }
      await click(tracker, 'new');
    });

    it.each([
      ['sort=revenue', ['boots', 'ignore', 'new', 'reject']],
      ['sort=-revenue', ['reject', 'new', 'ignore', 'boots']],
      ['sort=-clicks', ['boots', 'new', 'ignore', 'reject']],
      ['sort=-campaign', ['reject', 'new', 'ignore', 'boots']],
      ['sort=aov', ['ignore', 'new', 'reject', 'boots']],
      ['sort=-aov', ['reject', 'new', 'ignore', 'boots']],
      ['', ['boots', 'ignore', 'new', 'reject']],
    ])('is sorted by numbers and names, absent values last (%s)', async (sort, expected) => {
      const { rows } = await reportOf(current.tracker, `groupBy=campaign&${sort}`);
      expect(rows.map(({ campaign }) => campaign)).toEqual(expected);
    });

    it('shows as many rows as asked for, and totals over all of them', async () => {
      const { rows, totals } = await reportOf(current.tracker, 'groupBy=campaign&sort=-revenue&limit=2');
      expect(pick(rows, 'campaign')).toEqual([['reject'], ['new']]);
      expect(pick(totals, 'revenue', 'clicks')).toEqual([['119.00', TRICKY.length + 4]]);
    });

    it('takes its dimensions in one list or in several', async () => {
      const { tracker } = current;
      const list = await reportOf(tracker, 'groupBy=campaign,day');
      expect(await reportOf(tracker, 'groupBy=campaign&groupBy=day&groupBy=day')).toEqual(list);
    });

    it('comes as CSV in which no text is a formula', async () => {
      const { tracker } = current;
      const answer = await manage(tracker, '/v1/reports?groupBy=sub2&filter[campaign]=boots&format=csv');
      expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
      expect(answer.headers['content-disposition']).toBe('attachment; filename="report.csv"');
      expect(answer.text).toContain(
        'sub2,currency,clicks,uniqueClicks,bots,conversions,approved,pending,rejected,refunded,revenue,payout,cost,profit,cr,roi,epc,aov\r\n',
      );
      for (const cell of [
        "'=1+1",
        "'+1+1",
        "'-1+1",
        "'@SUM(A1)",
        "'\t=1",
        `"'\r=1"`,
        `"'\n=1"`,
        "'＝1",
        '"a ""b"", c"',
        '"two\nlines"',
        '-5',
        "'+5",
        'plain',
        '',
      ]) {
        // One visitor, whose first click was the first of these.
        const unique = cell === "'=1+1" ? 1 : 0;
        expect(answer.text).toContain(`\r\n${cell},EUR,1,${unique},0,0,0,0,0,0,0.00,0.00,0.00,0.00,0,,0.0000,\r\n`);
      }
    });

    it.each([
      ['groupBy=campain', 'groupBy'],
      ['groupBy=campaign,', 'groupBy'],
      ['groupBy=constructor', 'groupBy'],
      ['from=yesterday', 'from'],
      ['from=2026-02-30', 'from'],
      ['from=2026-11-22T10:00:00', 'from'],
      ['to=1700000000', 'to'],
      ['from=2026-01-02&to=2026-01-01', 'to'],
      ['timezone=Berlin', 'timezone'],
      ['timezone=', 'timezone'],
      ['by=both', 'by'],
      ['currency=eur', 'currency'],
      ['sort=price', 'sort'],
      ['sort=day&groupBy=campaign', 'sort'],
      ['sort=--clicks', 'sort'],
      ['limit=0', 'limit'],
      ['limit=10001', 'limit'],
      ['limit=ten', 'limit'],
      ['format=xml', 'format'],
      ['filter[day]=2026-11-22', 'filter[day]'],
      ['filter[__proto__]=x', 'filter[__proto__]'],
      ['groupby=campaign', 'groupby'],
      ['groupBy[]=campaign', 'groupBy[]'],
      ['campaign=new', 'campaign'],
      ['filter[campaign]=new&filter[campaign]=boots', 'filter[campaign]'],
      ['from=2026-01-01&from=2026-01-02', 'from'],
    ])('is refused for %s, naming the parameter', async (query, parameter) => {
      const answer = await manage(current.tracker, `/v1/reports?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.body.detail).toContain(`"${parameter}"`);
    });
  });
});
