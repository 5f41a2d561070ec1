import { describe, expect, it } from '@jest/globals';
import {
  bemob,
  binom,
  cake,
  clickflare,
  type Destination,
  everflow,
  keitaro,
  networkDestination,
  redtrack,
  thrivetracker,
  tune,
  voluum,
} from '../src/destinations.js';
import { ConfigurationError } from '../src/errors.js';
import { attempt, CLICK_ID, freeze, frozen, message } from './support/deliver.js';
import { shops } from './support/shop.js';
import { json, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();
const order = message({ clickId: CLICK_ID });

/** Each network: how a purchase reaches it, its yes, and its no where that comes with 200. */
const cases: Record<string, { make: (url: string) => Destination; path: string; yes: string; no?: [string, string] }> =
  {
    voluum: {
      make: (url) => voluum({ url }),
      path: `/postback?cid=${CLICK_ID}&payout=49.90&txid=A-1001&currency=EUR&et=purchase`,
      yes: '',
    },
    cake: {
      make: (url) => cake({ url, offerId: '12' }),
      path: `/p.ashx?o=12&r=${CLICK_ID}&f=pb&t=A-1001&p=49.90`,
      yes: '<result code="0" msg="SUCCESS"/>',
      no: ['<result code="1" msg="Invalid offer"/>', 'retry'],
    },
    everflow: {
      make: (url) => everflow({ url, networkId: '7', verificationToken: 'v3rify' }),
      path: `/?nid=7&transaction_id=${CLICK_ID}&amount=49.90&order_id=A-1001&verification_token=v3rify`,
      yes: '',
    },
    thrivetracker: {
      make: (url) => thrivetracker({ url: `${url}/mine?tid={clickid}&amount={revenue}` }),
      path: `/mine?tid=${CLICK_ID}&amount=49.90`,
      yes: 'ok',
    },
    tune: {
      make: (url) => tune({ url, offerId: '26', securityToken: 'f'.repeat(32) }),
      path: '/aff_lsr?',
      yes: 'success=true;',
      no: ['success=false; err_msg=Invalid Trans. ID #1;', 'dead'],
    },
    redtrack: { make: (url) => redtrack({ url }), path: `/postback?clickid=${CLICK_ID}&sum=49.90`, yes: '' },
    keitaro: { make: (url) => keitaro({ url, postbackKey: 'k3y' }), path: '/k3y/postback?', yes: 'OK' },
    binom: { make: (url) => binom({ url }), path: `/click.php?cnv_id=${CLICK_ID}&payout=49.90`, yes: '' },
    clickflare: {
      make: (url) => clickflare({ url }),
      path: `/cf/cv?click_id=${CLICK_ID}&payout=49.90&txid=A-1001`,
      yes: '',
    },
    bemob: { make: (url) => bemob({ url }), path: `/postback?cid=${CLICK_ID}&payout=49.90&txid=A-1001`, yes: '' },
  };

describe.each(Object.entries(cases))('%s', (kind, { make, path, yes, no }) => {
  it('gets a purchase as its own postback', async () => {
    const server = await sink((response) => response.end(yes));
    const destination = make(`${server.url}/t`);
    expect(destination.kind).toBe(kind);
    expect(await attempt(destination, frozen(destination, order))).toMatchObject({ outcome: 'delivered' });
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'GET', path: expect.stringMatching(/^\/t\//) });
    expect(request?.path).toContain(`/t${path}`);
    expect(request?.path).toContain(CLICK_ID);
  });

  it('is tried again when it is down, after as long as it asks for', async () => {
    const server = await sink((response) => json(response, 503, {}, { 'retry-after': '9' }));
    const destination = make(server.url);
    const verdict = await attempt(destination, frozen(destination, order));
    expect(verdict).toMatchObject({ outcome: 'retry', retryAfterMs: 9_000 });
  });

  it('is not followed elsewhere, and a client error is final', async () => {
    const server = await sink((response) => response.writeHead(302, { location: '/x' }).end());
    const destination = make(server.url);
    const body = frozen(destination, order);
    expect(await attempt(destination, body)).toMatchObject({ outcome: 'dead' });
    server.behave((response) => response.writeHead(404).end());
    expect(await attempt(destination, body)).toMatchObject({ outcome: 'dead' });
    expect(server.received).toHaveLength(2);
  });

  it('is not meant for a conversion that came without its click', () => {
    expect(freeze(make('https://t.example'), message())).toEqual({ skip: expect.any(String) });
  });

  if (!no) return;
  it('is not believed when it says no with 200', async () => {
    const [body, outcome] = no;
    const server = await sink((response) => response.end(body));
    const destination = make(server.url);
    expect(await attempt(destination, frozen(destination, order))).toMatchObject({ outcome });
  });
});

describe('networks', () => {
  it('makes a dead letter of what a network has no words for', () => {
    const refund = message({ clickId: CLICK_ID, status: 'refunded' }, 'conversion.updated');
    const lead = message({ clickId: CLICK_ID, event: 'lead' });
    expect(freeze(voluum({ url: 'https://t.example' }), refund)).toEqual({ dead: expect.stringContaining('Voluum') });
    expect(freeze(bemob({ url: 'https://t.example' }), lead)).toEqual({ dead: expect.stringContaining('lead') });
  });

  it('makes a dead letter of an update without the click id, which may belong to a conversion that was sent', () => {
    const url = 'https://t.example';
    const corrections = { url: 'https://api.example', apiKey: 'ap1-key', advertiserId: '3' };
    const refund = message({ status: 'refunded' }, 'conversion.updated');
    const told = [keitaro({ url, postbackKey: 'k3y' }), binom({ url }), cake({ url, offerId: '1', corrections })];
    for (const destination of told) {
      expect(freeze(destination, refund)).toEqual({ dead: expect.stringContaining('clickId') });
      expect(freeze(destination, refund)).toEqual({ dead: expect.stringContaining('give it with update()') });
    }
    const own = keitaro({ url, postbackKey: 'k3y', clickIdField: 'subid' });
    expect(freeze(own, refund)).toEqual({ dead: expect.stringContaining('metadata.subid') });
  });

  it('never sends a ThriveTracker URL a refund, which it would count as a sale', () => {
    const destination = thrivetracker({ url: 'https://t.example/pb?id={clickid}' });
    for (const type of ['conversion.created', 'conversion.updated'] as const) {
      const refund = message({ clickId: CLICK_ID, status: 'refunded' }, type);
      expect(freeze(destination, refund)).toEqual({ dead: expect.stringContaining('ThriveTracker') });
    }
  });

  it('has what a URL of your own says blanked out of logs', () => {
    const url = 'https://t.example/pb/k3y0fm1ne?id={clickid}&pass=0pen-sesame';
    expect(thrivetracker({ url }).secrets).toEqual(['0pen-sesame', 'k3y0fm1ne']);
  });

  it('brings the documented limits along, which may be set otherwise', () => {
    const url = 'https://t.example';
    expect(cake({ url }).ratePerSecond).toBe(8);
    expect(cake({ url, ratePerSecond: 20 }).ratePerSecond).toBe(20);
    const limits = { burst: 3, breaker: false, concurrency: 2, windowMs: 9_000, timeoutMs: 100, on: ['lead'] } as const;
    expect(cake({ url, ...limits })).toMatchObject({ burst: 3, breaker: false, concurrency: 2, windowMs: 9_000 });
    expect(everflow({ url, networkId: '1' }).windowMs).toBe(90 * 86_400_000);
    expect(voluum({ url })).not.toHaveProperty('ratePerSecond');
  });

  it('stores no credential, and has it blanked out of logs', () => {
    const destination = everflow({ url: 'https://t.example', networkId: '7', verificationToken: 'v3rify' });
    expect(frozen(destination, order)).not.toContain('v3rify');
    expect(destination.secrets).toEqual(['v3rify']);
    const corrections = { url: 'https://api.example', apiKey: 'ap1-key', advertiserId: '3' };
    expect(cake({ url: 'https://t.example', offerId: '1', corrections }).secrets).toEqual(['ap1-key']);
  });

  it('uses the network click id that the shop keeps in metadata, and its names of events', async () => {
    const server = await sink((response) => response.end());
    const destination = voluum({ url: server.url, clickIdField: 'voluum_cid', events: { purchase: 'Sale' } });
    const given = message({ metadata: { voluum_cid: 'c384EFV6JHQODRN70575OK6UG5' } });
    await attempt(destination, frozen(destination, given));
    expect(server.received[0]?.path).toContain('cid=c384EFV6JHQODRN70575OK6UG5&');
    expect(server.received[0]?.path).toContain('et=Sale');
  });

  it.each([
    ['url', () => voluum({ url: 'track.example' })],
    ['networkId', () => everflow({ url: 'https://t.example' } as never)],
    [
      'verificationToken',
      () => everflow({ url: 'https://t.example', networkId: '1', verificationToken: undefined as never }),
    ],
    ['colour', () => bemob({ url: 'https://t.example', colour: 'red' } as never)],
    ['url', () => thrivetracker({ url: 'https://t.example/?id={clikid}' })],
    ['on', () => binom({ url: 'https://t.example', on: [] })],
    ['options', () => tune(undefined as never)],
    ['options', () => voluum('https://t.example' as never)],
    ['network', () => networkDestination(undefined as never, { url: 'https://t.example' })],
  ])('refuses an option that cannot work and names it: %s', (option, make) => {
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(expect.objectContaining({ option }));
  });

  it.each([
    ['concurency', () => voluum({ url: 'https://t.example', concurency: 1 } as never), '`concurrency`'],
    ['clickidField', () => voluum({ url: 'https://t.example', clickidField: 'x' } as never), '"clickIdField"'],
    ['breaker.failure', () => cake({ url: 'https://t.example', breaker: { failure: 1 } as never }), '`failures`'],
  ])('says what %s was meant to be', (option, make, meant) => {
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(expect.objectContaining({ option, detail: expect.stringContaining(`did you mean ${meant}`) }));
  });

  it('delivers from the queue to each its own, and leaves out whom it does not concern', async () => {
    const server = await sink((response, { path }) => response.end(path.startsWith('/p.ashx') ? 'SUCCESS' : ''));
    const { url } = server;
    const destinations = { a: cake({ url }), b: voluum({ url, clickIdField: 'voluum_cid' }) };
    const tallyback = shop({ destinations });
    const receipt = await tallyback.convert({ clickId: CLICK_ID, transactionId: 'A-1' });
    expect(receipt.destinations).toEqual(['a']);
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
    expect(server.received.map(({ path }) => path)).toEqual([`/p.ashx?r=${CLICK_ID}&f=pb&t=A-1`]);
  });
});
