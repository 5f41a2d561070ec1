import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Dispatcher, Pool } from 'undici';
import { guardedConnector } from '../src/delivery/guarded-connector.js';
import { Transport } from '../src/delivery/transport.js';
import type { Destination } from '../src/destinations/destination.js';
import { house, shops } from './support/shop.js';
import { sinks } from './support/sink.js';

const vectors = JSON.parse(readFileSync(join(__dirname, 'vectors', 'addresses.json'), 'utf8')) as { urls: string[] };
const sink = sinks();
const shop = shops();
const transports: Transport[] = [];
const pools: Pool[] = [];

afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.stop()));
  await Promise.all(pools.splice(0).map((pool) => pool.destroy()));
});

const made = (policy: Destination['addressPolicy']) => {
  const transport = new Transport(1, 2_000, policy);
  transports.push(transport);
  return transport;
};

describe('a destination for public addresses only', () => {
  it.each(vectors.urls)('refuses %s without a connection', async (url) => {
    const tracker = await sink();
    const { origin } = new URL(`${url}:${tracker.port}`);
    const sending = made('public').send({ method: 'GET', origin, path: '/', headers: {} }, 2_000);
    await expect(sending).rejects.toMatchObject({ code: 'address_refused' });
    expect(tracker.received).toEqual([]);
  });

  it('refuses a name when any of its addresses is private, and connects to the very addresses it has checked', async () => {
    const tracker = await sink();
    const names: Record<string, string[]> = {
      'mixed.example': ['93.184.215.14', '127.0.0.1'],
      'private.example': ['127.0.0.1'],
      'mapped.example': ['::ffff:127.0.0.1'],
      'none.example': [],
    };
    let asked = 0;
    const resolve = ((name: string, _: unknown, done: (...given: unknown[]) => void) => {
      asked += 1;
      const addresses = (names[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      done(null, addresses);
    }) as unknown as Parameters<typeof guardedConnector>[1];
    for (const name of Object.keys(names)) {
      const pool = new Pool(`http://${name}:${tracker.port}`, { connect: guardedConnector(2_000, resolve) });
      pools.push(pool);
      const request: Dispatcher.RequestOptions = { method: 'GET', path: '/' };
      await expect(pool.request(request)).rejects.toMatchObject({ code: 'address_refused' });
    }
    expect(asked).toBe(Object.keys(names).length);
    expect(tracker.received).toEqual([]);
  });

  it('keeps the refusal as a retry of which somebody is told, and does not say where the name leads', async () => {
    const tracker = await sink();
    const inner: Destination = { ...house(`http://localhost:${tracker.port}`), addressPolicy: 'public' };
    const tallyback = shop({ destinations: { inner } });
    const retries: string[] = [];
    tallyback.on('retry', ({ why }) => retries.push(why));
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 1, dead: 0 });
    expect(retries).toEqual([expect.stringContaining('not public')]);
    expect(retries.join()).not.toMatch(/127|::1/);
  });

  it('is not what a destination written in code is by default', async () => {
    const tracker = await sink();
    const tallyback = shop({ destinations: { house: house(`http://localhost:${tracker.port}`) } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toMatchObject({ delivered: 1 });
  });
});
