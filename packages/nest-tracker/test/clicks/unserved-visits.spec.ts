import { describe, expect, it } from '@jest/globals';
import { UnservedVisits } from '../../src/clicks/unserved-visits.service.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { inboundLog, manage, send } from '../support/requests.js';
import { catalogOf, offerOf } from '../support/small-catalog.js';

const seed = catalogOf(
  [offerOf('boots')],
  [{ key: 'later', partner: 'blog', offers: [{ offer: 'boots' }], status: 'paused' }],
);
const MINUTE = 60_000;

describe('visits that no campaign takes', () => {
  onEveryDatabase(
    (current, clock) => {
      const visit = (campaign: string) => send(current.tracker, `/c/${campaign}`);
      const rows = async (filters: Record<string, string>) => {
        await current.tracker.get(UnservedVisits).write();
        return (await inboundLog(current.tracker, { limit: '1000', ...filters })).map(({ repeats }) => repeats);
      };

      it('have one row of the log per campaign and minute, which says how many more there were', async () => {
        clock.time = Math.ceil(clock.time / MINUTE) * MINUTE;
        for (let i = 0; i < 3; i++) await visit('later');
        await Promise.all(Array.from({ length: 20 }, () => visit('nothing')));
        expect([await rows({ campaign: 'later' }), await rows({ campaign: 'nothing' })]).toEqual([[2], [19]]);
        await visit('later');
        expect(await rows({ campaign: 'later' })).toEqual([3]);
        clock.time += MINUTE;
        await visit('later');
        expect(await rows({ campaign: 'later' })).toEqual([0, 3]);
      });

      it('are counted, too, when they come while others are being written', async () => {
        clock.time += MINUTE;
        const visits = current.tracker.get(UnservedVisits);
        const request = { method: 'GET', path: '/c/busy', query: '', headers: {}, ip: undefined, secure: false };
        const refusal = { reason: 'campaign_not_found', detail: 'There is no such campaign.' } as const;
        const add = () => visits.add({ ...request, rawBody: undefined }, refusal, 'busy', 404);
        await add();
        for (let i = 0; i < 5; i++) await Promise.all([add(), visits.write()]);
        expect(await rows({ campaign: 'busy' })).toEqual([5]);
      });

      it('of guessed campaigns fill no more than some rows a minute, and every one is counted', async () => {
        clock.time += MINUTE;
        const before = (await rows({ reason: 'campaign_not_found' })).length;
        await Promise.all(Array.from({ length: 400 }, (_, i) => visit(`guess-${i}`)));
        const after = await rows({ reason: 'campaign_not_found' });
        const added = after.slice(0, after.length - before) as number[];
        expect(added).toHaveLength(256);
        expect(added.reduce((sum, repeats) => sum + 1 + repeats, 0)).toBe(400);
      });

      it('are all counted by the metrics, and a page’s clicks apart from links', async () => {
        clock.time += MINUTE;
        const counted = async () =>
          Number(
            /inbound_postbacks_total\{.*campaign_not_found.*\} (\d+)/.exec(
              (await manage(current.tracker, '/metrics')).text,
            )?.[1],
          );
        const before = await counted();
        const body = JSON.stringify({ campaign: 'nowhere', key: 'k' });
        for (let i = 0; i < 2; i++) {
          await visit('nowhere');
          await send(current.tracker, '/v1/clicks', {
            method: 'POST',
            body,
            headers: { 'content-type': 'text/plain' },
          });
        }
        expect(await counted()).toBe(before + 4);
        expect(await rows({ campaign: 'nowhere' })).toEqual([1, 1]);
      });
    },
    { seed },
  );
});
