import { describe, expect, it } from '@jest/globals';
import { cake, type Destination, everflow, keitaro, template, voluum, withFilter } from '../src/destinations.js';
import { memoryQueue } from '../src/memory.js';
import { CLICK_ID } from './support/deliver.js';
import { house, shops } from './support/shop.js';
import { recorded, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();

/** A shop with these destinations, and what they received. */
async function selling(make: (url: string) => Record<string, Destination>) {
  const server = await sink((response, request, socket) => {
    if (request.path.startsWith('/v1/')) recorded(response, request, socket);
    else response.end(request.path.startsWith('/k3y/') ? 'OK' : 'SUCCESS');
  });
  const tallyback = shop({ destinations: make(server.url) });
  const paths = () => server.received.map(({ path }) => path).sort();
  return { server, tallyback, paths };
}

const refund = { transactionId: 'A-1', status: 'refunded' } as const;

describe('an update that does not name the click', () => {
  it('goes where its conversion went, under the same click, also long after the delivery', async () => {
    const { tallyback, paths } = await selling((url) => ({
      keitaro: keitaro({ url, postbackKey: 'k3y' }),
      partner: template(`${url}/pb?id={clickid}&s={status}`),
    }));
    await tallyback.convert({ clickId: CLICK_ID, transactionId: 'A-1', status: 'approved' });
    await tallyback.flush();
    expect((await tallyback.update(refund)).destinations).toEqual(['keitaro', 'partner']);
    expect(await tallyback.flush()).toEqual({ delivered: 4, pending: 0, dead: 0 });
    expect(paths()).toEqual([
      expect.stringMatching(new RegExp(`^/k3y/postback\\?subid=${CLICK_ID}&status=rejected`)),
      expect.stringMatching(new RegExp(`^/k3y/postback\\?subid=${CLICK_ID}&status=sale`)),
      `/pb?id=${CLICK_ID}&s=approved`,
      `/pb?id=${CLICK_ID}&s=refunded`,
    ]);
  });

  it("carries the network's own click id that the conversion had in its metadata", async () => {
    const corrections = { url: 'https://api.example', apiKey: 'ap1-key', advertiserId: '3' };
    const { tallyback, paths } = await selling((url) => ({
      cake: cake({ url, offerId: '12', clickIdField: 'cake_id', corrections: { ...corrections, url } }),
    }));
    await tallyback.convert({ transactionId: 'A-1', metadata: { cake_id: '7788', plan: 'pro' } });
    await tallyback.update({ ...refund, metadata: { plan: 'free' } });
    expect(await tallyback.flush()).toMatchObject({ delivered: 2, dead: 0 });
    expect(paths()[0]).toContain('UpdateConversion?');
    expect(paths()[0]).toContain('request_id=7788');
  });

  it('says nothing of it to whom it does not concern, such as the tracker', async () => {
    const { server, tallyback } = await selling((url) => ({
      house: house(url),
      partner: template(`${url}/pb?id={clickid}&s={status}`),
    }));
    await tallyback.convert({ clickId: CLICK_ID, transactionId: 'A-1' });
    await tallyback.update(refund);
    await tallyback.flush();
    const bodies = server.received.filter(({ method }) => method === 'POST').map(({ body }) => String(body));
    expect(bodies.map((body) => JSON.parse(body).data.clickId)).toEqual([CLICK_ID, undefined]);
  });

  it('is left out where the conversion was left out, having no click', async () => {
    const { tallyback } = await selling((url) => ({ keitaro: keitaro({ url, postbackKey: 'k3y' }) }));
    expect((await tallyback.convert({ transactionId: 'A-1' })).destinations).toEqual([]);
    expect((await tallyback.update(refund)).destinations).toEqual([]);
    expect(await tallyback.flush()).toEqual({ delivered: 0, pending: 0, dead: 0 });
  });

  it('is no dead letter of a network that takes no updates when the conversion had no click there', async () => {
    const { tallyback } = await selling((url) => ({
      everflow: everflow({ url, networkId: '1' }),
      voluum: voluum({ url }),
    }));
    await tallyback.convert({ transactionId: 'A-1' });
    expect((await tallyback.update(refund)).destinations).toEqual(['everflow']);
    await tallyback.convert({ transactionId: 'A-2', clickId: CLICK_ID });
    expect((await tallyback.update({ ...refund, transactionId: 'A-2' })).destinations).toEqual(['everflow', 'voluum']);
    const { items } = await tallyback.deadLetters.list({ destination: 'voluum' });
    expect(items).toMatchObject([{ transactionId: 'A-2', answer: expect.stringContaining('no postback for changes') }]);
  });

  it('becomes a dead letter that says so when the queue does not know the conversion', async () => {
    const { tallyback } = await selling((url) => ({
      keitaro: keitaro({ url, postbackKey: 'k3y' }),
      partner: template(`${url}/pb?id={clickid}&s={status}`),
    }));
    await tallyback.update(refund);
    expect(await tallyback.flush()).toMatchObject({ dead: 2 });
    for (const { answer } of (await tallyback.deadLetters.list()).items) {
      expect(answer).toMatch(/remembers no such conversion.*give (it|clickId) with update\(\)/);
    }
  });

  it('keeps what it says itself', async () => {
    const { tallyback, paths } = await selling((url) => ({ p: template(`${url}/pb?id={clickid}&s={status}`) }));
    await tallyback.convert({ clickId: CLICK_ID, transactionId: 'A-1', status: 'pending' });
    const other = CLICK_ID.replace('01jd', '01je');
    await tallyback.update({ ...refund, clickId: other });
    await tallyback.flush();
    expect(paths()).toEqual([`/pb?id=${CLICK_ID}&s=pending`, `/pb?id=${other}&s=refunded`]);
  });

  it('is seen by `when` and `map` with the click, for a destination of your own, too', async () => {
    const seen: unknown[] = [];
    const own = (url: string): Destination => ({
      kind: 'own',
      recalls: ['metadata.kid'],
      toRequest: ({ body }) => ({ method: 'POST', origin: url, path: '/own', headers: {}, body }),
      classify: () => ({ outcome: 'delivered' }),
    });
    const when = ({ data }: { data: { metadata?: object } }) => seen.push(data.metadata) > 0;
    const { tallyback } = await selling((url) => ({ own: withFilter(own(url), { when }) }));
    await tallyback.convert({ transactionId: 'A-1', metadata: { kid: 'k-1' } });
    await tallyback.update(refund);
    expect(seen).toEqual([{ kid: 'k-1' }, { kid: 'k-1' }]);
  });

  it('is not stored, and says so, when the queue cannot be asked', async () => {
    const broken = new Proxy(memoryQueue(), {
      get: (target, name) =>
        name === 'recall'
          ? () => Promise.reject(new Error('disk on fire'))
          : (Reflect.get(target, name) as ((...given: unknown[]) => unknown) | undefined)?.bind(target),
    });
    const destinations = { partner: template('http://127.0.0.1:1/pb?id={clickid}&s={status}') };
    const tallyback = shop({ queue: broken, destinations });
    await expect(tallyback.update(refund)).rejects.toMatchObject({
      code: 'queue_unavailable',
      message: expect.stringContaining('disk on fire'),
    });
    expect((await tallyback.update({ ...refund, clickId: CLICK_ID })).destinations).toEqual(['partner']);
  });
});
