import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Tallyback } from '@tallyback/sdk-node';
import { tracker } from '@tallyback/sdk-node/destinations';
import { memoryQueue } from '@tallyback/sdk-node/memory';
import { OrderBook } from '../src/order-book.js';
import { Sales } from '../src/sales.js';
import { createShopServer } from '../src/server.js';
import { Shop } from '../src/shop.js';
import { readStaticFiles } from '../src/static-files.js';
import { ListeningTracker } from './support/listening-tracker.js';

const CLICK_ID = '01jd8qk3m0abcdefghjkmnpqrs';

describe('the shop', () => {
  let folder: string;
  let town: ListeningTracker;
  let tallyback: Tallyback;
  let orders: OrderBook;
  let sales: Sales;
  let server: Server;
  let url: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shop-'));
    town = await ListeningTracker.listen();
    tallyback = new Tallyback({
      queue: memoryQueue(),
      destinations: { house: tracker({ url: town.url, advertiser: 'acme', secret: town.secret }) },
    });
    orders = await OrderBook.open(join(folder, 'orders.jsonl'));
    sales = new Sales(tallyback, orders, () => undefined);
    server = createShopServer(new Shop(orders, sales, readStaticFiles()), () => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await tallyback.close();
    await orders.close();
    await town.close();
    await rm(folder, { recursive: true });
  });

  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(url + path, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });

  const checkout = (fields: Record<string, string> = {}) =>
    post('/checkout', {
      order: 'FF-0123456789AB',
      product: 'rondane-boot',
      size: '42',
      quantity: '2',
      name: 'Kari Nordmann',
      email: 'kari@example.com',
      clickid: CLICK_ID,
      ...fields,
    });

  it('reports an order as a signed conversion with its click, its money and nothing personal', async () => {
    const response = await checkout({ coupon: 'spring' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/orders/FF-0123456789AB']);
    await tallyback.flush();
    expect(town.messages).toEqual([
      {
        type: 'conversion.created',
        timestamp: expect.any(String),
        data: {
          clickId: CLICK_ID,
          event: 'purchase',
          transactionId: 'FF-0123456789AB',
          revenue: '340.20',
          currency: 'EUR',
          status: 'approved',
          occurredAt: expect.any(String),
          couponCode: 'SPRING',
          items: [{ sku: 'rondane-boot', quantity: 2, unitPrice: '189.00' }],
        },
      },
    ]);
    expect(JSON.stringify(town.messages)).not.toMatch(/Kari|example\.com/);
  });

  it('takes from a link what may be chosen, and neither an order number nor who buys', async () => {
    const link = new URLSearchParams({ product: 'rondane-boot', quantity: '3', order: 'FF-0123456789AB', name: 'Eve' });
    const form = await (await fetch(`${url}/checkout?${link}`)).text();
    expect(form).toContain('name="quantity" value="3"');
    expect(form).not.toContain('FF-0123456789AB');
    expect(form).not.toContain('Eve');
  });

  it('reports an order without a click as well', async () => {
    await checkout({ clickid: '{clickid}' });
    await tallyback.flush();
    expect(town.messages.map(({ data }) => [data.transactionId, data.clickId])).toEqual([
      ['FF-0123456789AB', undefined],
    ]);
  });

  it('books and reports one order when its form is sent several times', async () => {
    const responses = await Promise.all([checkout(), checkout(), checkout()]);
    expect(new Set(responses.map((response) => response.headers.get('location')))).toEqual(
      new Set(['/orders/FF-0123456789AB']),
    );
    await tallyback.flush();
    expect(town.messages).toHaveLength(1);
  });

  it('reports a return once, as a refund', async () => {
    await checkout();
    for (const _ of [1, 2]) {
      const response = await post('/orders/FF-0123456789AB/return', {});
      expect(response.headers.get('location')).toBe('/orders/FF-0123456789AB');
    }
    await tallyback.flush();
    expect(town.messages.map(({ type, data }) => [type, data.status])).toEqual([
      ['conversion.created', 'approved'],
      ['conversion.updated', 'refunded'],
    ]);
  });

  it('takes the order also when it cannot be reported, and reports it later', async () => {
    await tallyback.close();
    expect((await checkout()).status).toBe(303);
    tallyback = new Tallyback({
      queue: memoryQueue(),
      destinations: { house: tracker({ url: town.url, advertiser: 'acme', secret: town.secret }) },
    });
    const afterRestart = new Sales(tallyback, orders, () => undefined);
    await afterRestart.reportMissing();
    await afterRestart.reportMissing();
    await tallyback.flush();
    expect(town.messages.map(({ data }) => data.transactionId)).toEqual(['FF-0123456789AB']);
  });

  it('keeps what was typed when something is wrong, and books nothing', async () => {
    const response = await checkout({ name: '"><script>', email: 'kari' });
    const page = await response.text();
    expect(response.status).toBe(422);
    expect(page).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(page).toContain('aria-invalid="true" aria-describedby="email-fault"');
    expect(orders.list()).toEqual([]);
  });

  it('refuses forms that another site sends', async () => {
    const response = await post('/checkout', { product: 'rondane-boot' }, { 'sec-fetch-site': 'cross-site' });
    expect(response.status).toBe(403);
  });

  it('lets no page run or load anything from elsewhere', async () => {
    const response = await fetch(`${url}/land?clickid=${CLICK_ID}`);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
    const page = await response.text();
    expect(page).toContain('<script src="/tallyback.js" data-params="clickid" data-consent="pending"');
    expect(page).not.toMatch(/<style|style="|<script>|\son\w+="|https?:/);
  });

  it('serves the browser SDK from its own origin', async () => {
    const response = await fetch(`${url}/tallyback.js`);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const etag = response.headers.get('etag') ?? '';
    expect((await fetch(`${url}/tallyback.js`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it.each([
    ['GET', '/nothing', 404],
    ['GET', '/products/constructor', 404],
    ['GET', '/orders/FF-ZZZZZZZZZZZZ', 404],
    ['GET', '/assets/../package.json', 404],
    ['GET', '/assets/%2e%2e%2fpackage.json', 404],
    ['GET', '/checkout', 404],
    ['POST', '/orders/FF-ZZZZZZZZZZZZ/return', 404],
    ['DELETE', '/', 405],
    ['HEAD', '/', 200],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect((await fetch(url + path, { method })).status).toBe(status);
  });
});
