import { describe, expect, it } from '@jest/globals';
import { filter, map, merge } from 'rxjs';
import { TrackerEvents } from '../../src/index.js';
import { postback, report, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, send } from '../support/requests.js';

describe('the event streams', () => {
  onEveryTracker((current) => {
    it('tell clicks, conversions and postbacks after their commit', async () => {
      const { tracker } = current;
      const events = tracker.get(TrackerEvents);
      const seen: string[] = [];
      const looks: Promise<number>[] = [];
      const countOf = async (table: string, id: string) =>
        (await tracker.database.query(`SELECT 1 FROM ${table} WHERE id = $1`, [id])).length;
      const subscription = merge(
        events.clicks$.pipe(map(({ id }) => ['click', 'tallyback_clicks', id] as const)),
        events.conversions$.pipe(
          map(({ outcome, conversion }) => [outcome, 'tallyback_conversions', conversion.id] as const),
        ),
        events.postbacks$.pipe(
          map(({ outcome, reason, id }) => [`${outcome} ${reason}`, 'tallyback_inbound_postbacks', id] as const),
        ),
      ).subscribe(([what, table, id]) => {
        seen.push(what);
        looks.push(countOf(table, id));
      });
      const clickId = await click(tracker, 'open');
      const parameters = { clickid: clickId, txid: unique(), revenue: '1.00' };
      await send(tracker, postback(parameters));
      await send(tracker, postback(parameters));
      await send(tracker, postback({ ...parameters, revenue: 'x' }));
      await report(tracker, { transactionId: unique() });
      subscription.unsubscribe();
      expect(seen).toEqual([
        'click',
        'recorded',
        'recorded null',
        'duplicate null',
        'rejected invalid_field',
        'unattributed',
        'unattributed null',
      ]);
      expect(await Promise.all(looks)).toEqual(seen.map(() => 1));
    });

    it('go on for everybody when a subscriber throws, and neither a request nor the process notices', async () => {
      const { tracker } = current;
      const events = tracker.get(TrackerEvents);
      const calls: string[] = [];
      const fail = (who: string) => () => {
        calls.push(who);
        throw new Error('a bad subscriber');
      };
      const subscriptions = [
        events.clicks$.subscribe(fail('function')),
        events.clicks$.subscribe({ next: fail('observer') }),
        events.clicks$.pipe(filter(() => true)).subscribe(fail('behind an operator')),
        events.clicks$.pipe(map(fail('operator'))).subscribe(() => calls.push('never')),
        events.clicks$.subscribe(() => calls.push('good')),
      ];
      await click(tracker, 'boots');
      await click(tracker, 'boots');
      // RxJS reports what nobody caught on a timer of its own; let it pass.
      await new Promise((resolve) => setTimeout(resolve, 1));
      for (const subscription of subscriptions) subscription.unsubscribe();
      expect(calls.sort()).toEqual([
        'behind an operator',
        'behind an operator',
        'function',
        'function',
        'good',
        'good',
        'observer',
        'observer',
        'operator',
      ]);
    });

    it('end for a subscriber that left', async () => {
      const { tracker } = current;
      const ids: string[] = [];
      const subscription = tracker.get(TrackerEvents).clicks$.subscribe(({ id }) => ids.push(id));
      const first = await click(tracker, 'boots');
      subscription.unsubscribe();
      await click(tracker, 'boots');
      expect(ids).toEqual([first]);
    });
  });
});
