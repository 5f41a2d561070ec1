import { describe, expect, it } from '@jest/globals';
import { ClickLookup } from '../../src/clicks/click-lookup.js';
import { postback, unique } from '../support/messages.js';
import { onEveryDatabase } from '../support/on-every-database.js';
import { click, send } from '../support/requests.js';

const UNKNOWN_CLICK = '01arz3ndektsv4rrffq69g5fav';

describe('the click of a postback', () => {
  onEveryDatabase((current) => {
    it('is its own, however many are looked up at once', async () => {
      const { tracker } = current;
      const ids = await Promise.all(Array.from({ length: 20 }, () => click(tracker, 'open')));
      const asked = Array.from({ length: 600 }, (_, index) =>
        index % 7 === 0 ? UNKNOWN_CLICK : ids[index % 20],
      ) as string[];
      const lookup = tracker.get(ClickLookup);
      const found = await Promise.all(asked.map((id) => lookup.find(id)));
      expect(found.map((one) => one?.id ?? UNKNOWN_CLICK)).toEqual(asked);
      const answers = await Promise.all(ids.map((clickid) => send(tracker, postback({ clickid, txid: unique() }))));
      expect(answers.map(({ body }) => [body.outcome, body.clickId])).toEqual(ids.map((id) => ['recorded', id]));
    });

    it('cannot be looked up while the storage is away, and can be again afterwards', async () => {
      const { tracker } = current;
      const path = postback({ clickid: await click(tracker, 'open'), txid: unique() });
      await tracker.database.query('ALTER TABLE tallyback_clicks RENAME TO away');
      try {
        const answer = await send(tracker, path);
        expect([answer.status, answer.body.reason]).toEqual([503, 'storage_unavailable']);
        const image = await send(tracker, path.replace('/postback', '/pixel.gif'));
        expect([image.status, image.headers['tallyback-reason']]).toEqual([200, 'storage_unavailable']);
      } finally {
        await tracker.database.query('ALTER TABLE away RENAME TO tallyback_clicks');
      }
      expect((await send(tracker, path)).status).toBe(201);
    });
  });
});
