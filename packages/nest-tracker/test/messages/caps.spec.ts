import { describe, expect, it } from '@jest/globals';
import { expectRefusal } from '../support/expect-refusal.js';
import { change, report, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { type Answer, click } from '../support/requests.js';

const outcome = ({ body }: Answer) => String(body.reason ?? body.outcome);
const at = { time: 0 };
const DAY = 86_400_000;

describe('a cap of an offer', () => {
  onEveryTracker(
    (current) => {
      // Every block begins in the middle of January.
      const januaryOf = (year: number) => {
        at.time = Date.UTC(year, 0, 15, 23, 30);
        return { at: new Date(at.time) };
      };
      const send = async (clickId: string) =>
        outcome(await report(current.tracker, { clickId, transactionId: unique() }, { at: new Date(at.time) }));

      it('is exact when 50 conversions arrive together', async () => {
        const { tracker } = current;
        const options = januaryOf(2031);
        const clickIds = await Promise.all(Array.from({ length: 50 }, () => click(tracker, 'capped')));
        const answers = await Promise.all(
          clickIds.map((clickId) => report(tracker, { clickId, transactionId: unique() }, options)),
        );
        const outcomes = answers.map(outcome).sort();
        expect(outcomes).toEqual([...Array<string>(45).fill('cap_reached'), ...Array<string>(5).fill('recorded')]);
        const refused = answers.find(({ status }) => status !== 201);
        if (refused) expectRefusal(refused, 'cap_reached');
      });

      it('begins anew with the next UTC day', async () => {
        januaryOf(2032);
        const clickId = await click(current.tracker, 'capped');
        for (let i = 0; i < 5; i++) expect(await send(clickId)).toBe('recorded');
        expect(await send(clickId)).toBe('cap_reached');
        at.time += 29 * 60_000;
        expect(await send(clickId)).toBe('cap_reached');
        at.time += 2 * 60_000;
        expect(await send(clickId)).toBe('recorded');
      });

      it('begins anew with the next month', async () => {
        januaryOf(2033);
        const clickId = await click(current.tracker, 'capped-month');
        expect(await send(clickId)).toBe('recorded');
        at.time += DAY;
        expect(await send(clickId)).toBe('recorded');
        at.time += DAY;
        expect(await send(clickId)).toBe('cap_reached');
        at.time += 15 * DAY;
        expect(await send(clickId)).toBe('recorded');
      });

      it('does not make copies of the conversion that took the last place look refused', async () => {
        const { tracker } = current;
        const options = januaryOf(2034);
        const data = { clickId: await click(tracker, 'capped-once'), transactionId: unique() };
        const answers = await Promise.all(Array.from({ length: 20 }, () => report(tracker, data, options)));
        expect(answers.map(outcome).sort()).toEqual([...Array<string>(19).fill('duplicate'), 'recorded']);
        expect(outcome(await report(tracker, data, options))).toBe('duplicate');
        expect(await send(data.clickId)).toBe('cap_reached');
      });

      it('gives the place of a rejected conversion to the next one', async () => {
        const { tracker } = current;
        const options = januaryOf(2035);
        const clickId = await click(tracker, 'capped');
        const transactionId = unique();
        await report(tracker, { clickId, transactionId }, options);
        for (let i = 0; i < 4; i++) await send(clickId);
        expect(await send(clickId)).toBe('cap_reached');
        expect(outcome(await change(tracker, { transactionId, status: 'rejected' }, options))).toBe('updated');
        expect(await send(clickId)).toBe('recorded');
      });
    },
    { now: () => at.time || Date.now() },
  );
});
