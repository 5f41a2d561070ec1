import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { orderByHttp } from './support/order-by-http.js';
import { Town } from './support/town.js';

describe('a sale without a click', () => {
  let town: Town;
  beforeAll(async () => {
    town = await Town.found();
    await town.openTracker();
    await town.openShop();
  });
  afterAll(() => town.leave());

  it.each([
    ['none', undefined],
    ['an unknown one', '01jd8qk3m0abcdefghjkmnpqrs'],
  ])(
    'is stored unattributed and can be refunded: %s',
    async (_, clickId) => {
      const orderId = await orderByHttp(town.shopUrl, clickId);
      expect((await town.inbound(orderId)).map(({ outcome }) => outcome)).toEqual(['unattributed']);
      await fetch(`${town.shopUrl}/orders/${orderId}/return`, { method: 'POST', redirect: 'manual' });
      expect((await town.inbound(orderId, 2)).map(({ outcome }) => outcome)).toEqual(['unattributed', 'updated']);
    },
    60_000,
  );
});
