import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clickByHttp, orderByHttp } from './support/order-by-http.js';
import { Town } from './support/town.js';

describe('a shop that is killed right after an order, while the tracker is down', () => {
  let town: Town;
  beforeAll(async () => {
    town = await Town.found();
  });
  afterAll(() => town.leave());

  it('has every order counted exactly once after both are back', async () => {
    await Promise.all([town.openTracker(), town.openShop()]);
    const clickId = await clickByHttp(town.trackerUrl);
    await town.closeTracker('SIGKILL');

    const orders = await Promise.all(Array.from({ length: 5 }, () => orderByHttp(town.shopUrl, clickId)));
    await town.closeShop('SIGKILL');

    await town.openTracker();
    await town.openShop();
    for (const orderId of orders) await town.inbound(orderId);
    expect(await town.report()).toEqual([
      expect.objectContaining({ clicks: 1, conversions: 5, revenue: '349.50', payout: '34.95' }),
    ]);
  }, 120_000);

  it('reports nothing twice when it is started again and again', async () => {
    for (let round = 0; round < 2; round += 1) {
      await town.closeShop();
      await town.openShop();
    }
    const { output } = (await town.closeShop()) ?? { output: '' };
    expect(output).toContain('0 delivered, 0 waiting for the next start, 0 dead');
    expect(await town.report()).toEqual([expect.objectContaining({ conversions: 5 })]);
  }, 60_000);
});
