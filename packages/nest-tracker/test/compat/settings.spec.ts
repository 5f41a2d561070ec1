import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSqliteDatabase, type TestDatabase } from '../support/databases.js';
import { click, send } from '../support/requests.js';
import { startTracker, type Tracker, type TrackerSetup } from '../support/start-tracker.js';
import { HOUSE } from './house.js';

let database: TestDatabase;
let tracker: Tracker | undefined;
beforeEach(async () => {
  database = await createSqliteDatabase();
});
afterEach(async () => {
  await tracker?.close();
  tracker = undefined;
  await database.drop();
});

async function start(options: TrackerSetup['options']): Promise<Tracker> {
  tracker = await startTracker({ database, options: { seed: HOUSE, ...options } });
  return tracker;
}

describe('the settings of a compat route', () => {
  it('stop the boot with the path of the fault, in the seed and in the module’s options', async () => {
    const advertisers = [{ key: 'open', compat: { tune: { event: {} } } }];
    await expect(start({ seed: { advertisers } })).rejects.toThrow(/advertisers\[0\]\.compat\.tune\.event: .*events/);
    await expect(start({ compat: { tune: { currency: 'euro' } } })).rejects.toThrow(
      /compat\.tune\.currency .*ISO 4217/,
    );
  });

  it('come from the module where an advertiser has none of its own', async () => {
    const own = { redtrack: { events: { Lead: 'install' } } };
    const advertisers = HOUSE.advertisers.map((one) => (one.key === 'yen' ? { ...one, compat: own } : one));
    const { url } = await start({
      seed: { ...HOUSE, advertisers },
      compat: { redtrack: { events: { Lead: 'signup' }, alwaysOk: true } },
    });
    const eventOf = async (campaign: string) => {
      const clickid = await click(tracker as Tracker, campaign);
      const answer = await send({ url }, `/compat/redtrack/postback?clickid=${clickid}&type=Lead`);
      const rows = await database.query('SELECT event FROM tallyback_conversions WHERE click_id = $1', [clickid]);
      return [answer.status, rows[0]?.event];
    };
    expect(await eventOf('open')).toEqual([200, 'signup']);
    expect(await eventOf('yen')).toEqual([200, 'install']);
  });

  it('are replaced when the seed changes', async () => {
    const before = HOUSE.advertisers.map((one) => ({ ...one, compat: { redtrack: { alwaysOk: true } } }));
    const first = await start({ seed: { ...HOUSE, advertisers: before } });
    const clickid = await click(first, 'open');
    expect((await send(first, `/compat/redtrack/postback?clickid=${clickid}&sum=x`)).status).toBe(200);
    await first.close();
    expect((await send(await start({}), `/compat/redtrack/postback?clickid=${clickid}&sum=x`)).status).toBe(400);
  });
});
