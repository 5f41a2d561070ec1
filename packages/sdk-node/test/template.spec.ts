import { describe, expect, it } from '@jest/globals';
import { type Destination, type TemplateOptions, template } from '../src/destinations.js';
import { ConfigurationError } from '../src/errors.js';
import { attempt, CLICK_ID, freeze, frozen, message } from './support/deliver.js';
import { shops } from './support/shop.js';
import { json, sinks } from './support/sink.js';

const sink = sinks();
const shop = shops();
const order = message({ clickId: CLICK_ID, transactionId: 'A&1=ü/2' });
const send = (destination: Destination) => attempt(destination, frozen(destination, order));

describe('template()', () => {
  it('fills values in, percent-encoded so that none leaves its place', async () => {
    const server = await sink((response) => response.end('OK'));
    const url = `${server.url}/pb/{event}?id={clickid}&t={transaction_id}&sum={revenue}&cur={currency}&at={timestamp}&p={payout}`;
    expect(await send(template(url))).toEqual({ outcome: 'delivered', confirmed: false });
    expect(server.received).toMatchObject([
      {
        method: 'GET',
        path: `/pb/purchase?id=${CLICK_ID}&t=A%261%3D%C3%BC%2F2&sum=49.90&cur=EUR&at=2026-11-22T10%3A00%3A00.000Z&p=`,
      },
    ]);
  });

  it('posts JSON in which every value stays inside its string', async () => {
    const server = await sink((response) => response.end());
    const body = { json: { order: { id: '{transaction_id}', sum: '{revenue} {currency}' }, fixed: 1 } };
    await send(template(`${server.url}/hook`, { body, headers: { Authorization: 'Bearer s3cret-value' } }));
    const [request] = server.received;
    expect(request).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer s3cret-value' },
    });
    expect(JSON.parse(String(request?.body))).toEqual({ order: { id: 'A&1=ü/2', sum: '49.90 EUR' }, fixed: 1 });
  });

  it('posts a form', async () => {
    const server = await sink((response) => response.end());
    const form = { 'click id': '{clickid}', note: 'a&b={transaction_id}' };
    await send(template(`${server.url}/hook`, { body: { form } }));
    const sent = new URLSearchParams(String(server.received[0]?.body));
    expect(Object.fromEntries(sent)).toEqual({ 'click id': CLICK_ID, note: 'a&b=A&1=ü/2' });
  });

  it("takes a URL in another system's macros", async () => {
    const server = await sink((response) => response.end());
    await send(template(`${server.url}/?click={transaction_id}&sum={sale_amount}`, { dialect: 'everflow' }));
    expect(server.received[0]?.path).toBe(`/?click=${CLICK_ID}&sum=49.90`);
  });

  it.each([
    ['a success page that says no', (): TemplateOptions => ({}), 200, '{"success":false}', 'retry'],
    ['an answer that `successWhen` refuses', successWhen, 200, 'PENDING', 'retry'],
    ['an answer that `successWhen` takes', successWhen, 200, 'ACCEPTED 1', 'delivered'],
    ['an async `successWhen`', () => ({ successWhen: (async () => true) as never }), 200, 'x', 'retry'],
    [
      'a rejecting `successWhen`',
      () => ({ successWhen: (() => Promise.reject(new Error())) as never }),
      200,
      'x',
      'retry',
    ],
    ['a `successWhen` that gives a match', () => ({ successWhen: (() => ['x']) as never }), 200, 'x', 'retry'],
    ['a failing `successWhen`', () => ({ successWhen: () => JSON.parse('{') }), 200, 'x', 'retry'],
    ['a client error', successWhen, 404, 'ACCEPTED', 'dead'],
    ['a server error', successWhen, 503, 'ACCEPTED', 'retry'],
    ['a redirect', successWhen, 301, '', 'dead'],
  ])('judges %s', async (_, options, status, body, outcome) => {
    const server = await sink((response) => response.writeHead(status).end(body));
    expect(await send(template(`${server.url}/?id={clickid}`, options()))).toMatchObject({ outcome });
  });

  function successWhen(): TemplateOptions {
    return { successWhen: ({ body }) => body.startsWith('ACCEPTED') };
  }

  it('gives an unconvincing success a few attempts only', async () => {
    const server = await sink((response) => response.end('PENDING'));
    expect(await send(template(server.url, successWhen()))).toMatchObject({ outcome: 'retry', atMost: 5 });
  });

  it('waits as long as it is asked to', async () => {
    const server = await sink((response) => json(response, 503, {}, { 'retry-after': '30' }));
    expect(await send(template(server.url))).toMatchObject({ outcome: 'retry', retryAfterMs: 30_000 });
  });

  it('is not meant for a conversion without a click when it is about clicks', () => {
    const organic = message();
    expect(freeze(template('https://p.example/?id={clickid}'), organic)).toEqual({
      skip: expect.stringContaining('click'),
    });
    const body = { form: { id: '{clickid}' } };
    expect(freeze(template('https://p.example/', { body }), organic)).toEqual({ skip: expect.any(String) });
    expect(freeze(template('https://crm.example/?id={transaction_id}'), organic)).toEqual(expect.any(String));
  });

  it('says what to do about a `successWhen` that is async', async () => {
    const server = await sink((response) => response.end());
    const destination = template(server.url, { successWhen: (async () => false) as never });
    expect(await send(destination)).toMatchObject({ why: expect.stringContaining('without async') });
  });

  it.each([
    ['an update', message({ clickId: CLICK_ID, status: 'approved' }, 'conversion.updated'), 'update'],
    ['a refund', message({ clickId: CLICK_ID, status: 'refunded' }, 'conversion.updated'), 'update'],
    ['a rejected conversion', message({ clickId: CLICK_ID, status: 'rejected' }), 'rejected'],
    ['a refunded conversion', message({ clickId: CLICK_ID, status: 'refunded' }), 'refunded'],
  ])('makes a dead letter of %s that a receiver without {status} would count as a sale', (_, given, hint) => {
    const dead = freeze(template('https://p.example/?id={clickid}&sum={revenue}'), given);
    expect(dead).toEqual({ dead: expect.stringMatching(new RegExp(`${hint}.*use {status}`)) });
    expect(freeze(template('https://p.example/?id={clickid}&s={status}'), given)).toEqual(expect.any(String));
    const body = { json: { id: '{clickid}', status: '{status}' } };
    expect(freeze(template('https://p.example/', { body }), given)).toEqual(expect.any(String));
    const created = message({ clickId: CLICK_ID, status: 'pending' });
    expect(freeze(template('https://p.example/?id={clickid}'), created)).toEqual(expect.any(String));
  });

  it('makes a dead letter of an update without the click id that the template needs', () => {
    const refund = message({ status: 'refunded' }, 'conversion.updated');
    expect(freeze(template('https://p.example/?id={clickid}&s={status}'), refund)).toEqual({
      dead: expect.stringContaining('give clickId with update()'),
    });
    expect(freeze(template('https://p.example/?t={transaction_id}&s={status}'), refund)).toEqual(expect.any(String));
  });

  it('stores neither headers nor what the URL says, and has both blanked out of logs', () => {
    const destination = template('https://p.example/?key=k3y-of-ours&id={clickid}', { headers: { 'x-key': 's3cret' } });
    expect(frozen(destination, order)).not.toMatch(/k3y|s3cret/);
    expect(destination.secrets).toEqual(['s3cret', 'k3y-of-ours']);
  });

  it('has what its body and headers say blanked out of logs, but no plain words', () => {
    const json = { apiToken: 'opensesame', source: 'website', order: { ref: 'live_9f3a21c7 {transaction_id}' } };
    const headers = {
      authorization: `Basic ${Buffer.from('shop:letmein:2').toString('base64')}`,
      'x-credential': 'id=acme-shop, key=hunter2-hunter2',
      accept: 'application/json',
    };
    const secrets = template('https://p.example/', { body: { json }, headers }).secrets ?? [];
    expect(secrets).toEqual(expect.arrayContaining(['opensesame', 'live_9f3a21c7', 'letmein:2', 'hunter2-hunter2']));
    expect(secrets.join(' ')).not.toMatch(/website|application\/json|Basic$|\{transaction_id\}/);
    const form = { api_key: 'sw0rdfish {clickid}', note: 'an order from our shop', list: 'news' };
    const fromForm = template('https://p.example/', { body: { form } }).secrets ?? [];
    expect(fromForm).toContain('sw0rdfish ');
    expect(fromForm.join(' ')).not.toMatch(/order|news/);
  });

  it('keeps no credential of its body or headers that the receiver echoes', async () => {
    const server = await sink((response, { body, headers }) => {
      response.writeHead(400).end(`bad token ${headers.authorization?.slice('Bearer '.length)} in ${body}`);
    });
    const body = { form: { key: 'k3y of ours', id: '{transaction_id}' } };
    const destination = template(server.url, { body, headers: { authorization: 'Bearer t0ken-of-ours' } });
    const tallyback = shop({ destinations: { partner: destination } });
    await tallyback.convert({ transactionId: 'A-1' });
    expect(await tallyback.flush()).toMatchObject({ dead: 1 });
    const [letter] = (await tallyback.deadLetters.list()).items;
    expect(letter?.answer).toContain('bad token [redacted] in key=[redacted]&id=A-1');
  });

  it('makes a dead letter of an update that leaves {status} open', () => {
    const destination = template('https://p.example/?id={clickid}&s={status}&sum={revenue}');
    const change = message({ clickId: CLICK_ID, status: undefined }, 'conversion.updated');
    expect(freeze(destination, change)).toEqual({ dead: expect.stringContaining('give status with update()') });
    const sale = message({ clickId: CLICK_ID, status: undefined });
    expect(freeze(destination, sale)).toEqual(expect.any(String));
  });

  it('keeps no credential of its URL that the partner echoes', async () => {
    const server = await sink((response, { path }) => response.writeHead(404).end(`Cannot GET ${path}`));
    const url = `${server.url}/hooks/T0K3NPART/pb?key=s3cr%2Ft-query&id={clickid}`;
    const logged: string[] = [];
    const log = (text: string) => void logged.push(text);
    const logger = { debug: log, info: log, warn: log, error: log };
    const tallyback = shop({ destinations: { partner: template(url) }, logger });
    await tallyback.convert({ clickId: CLICK_ID, transactionId: 'A-1' });
    expect(await tallyback.flush()).toMatchObject({ dead: 1 });
    const { items } = await tallyback.deadLetters.list();
    const kept = `${JSON.stringify(items)} ${logged.join(' ')}`;
    expect(kept).toContain('Cannot GET /hooks/[redacted]/pb?key=[redacted]');
    expect(kept).not.toMatch(/T0K3NPART|s3cr/);
  });

  it.each<[string, string, TemplateOptions, string]>([
    ['url', 'https://p.example/?id={cickid}', {}, 'did you mean {clickid}'],
    ['url', 'p.example/?id={clickid}', {}, 'absolute URL'],
    ['url', 'https://{event}.example/', {}, 'host'],
    ['url', 'https://p.example/?id=#reqid#&x={nope', {}, 'at character'],
    ['url', 'https://p.example/?id={clickid}', { dialect: 'everflow' }, 'unknown Everflow macro'],
    ['dialect', 'https://p.example/', { dialect: 'hasoffers' }, 'tune'],
    ['dialect', 'https://p.example/', { dialect: 'thrivetracker' }, 'voluum'],
    ['method', 'https://p.example/', { method: 'PUT' as never }, 'GET'],
    ['method', 'https://p.example/', { method: 'GET', body: { form: { a: '1' } } }, 'POST'],
    ['body.json', 'https://p.example/', { body: { json: '{"id": {clickid}}' } }, 'double quotes'],
    ['body.form', 'https://p.example/', { body: { form: { id: '{clikid}' } } }, 'did you mean'],
    ['options', 'https://p.example/', null as never, 'method, body, headers'],
    ['succesWhen', 'https://p.example/', { succesWhen: () => true } as never, 'successWhen'],
    ['successWhen', 'https://p.example/', { successWhen: true as never }, 'function'],
    ['body', 'https://p.example/', { body: 'id={clickid}' as never }, '{ json } or { form }'],
    ['body', 'https://p.example/', { body: { json: {}, form: {} } as never }, '{ json } or { form }'],
    ['body.from', 'https://p.example/', { body: { from: {} } as never }, 'did you mean `form`'],
    ['body.json', 'https://p.example/', { body: { json: undefined } as never }, 'an object'],
    ['body.json', 'https://p.example/', { body: { json: { sum: 1n } } }, 'BigInt'],
    ['body.json', 'https://p.example/', { body: { json: '{"id": ' } }, 'JSON'],
    ['body.form', 'https://p.example/', { body: { form: 'id={clickid}' as never } }, 'an object'],
    ['body.form.sum', 'https://p.example/', { body: { form: { sum: {} as never } } }, 'a text'],
    ['breaker.failure', 'https://p.example/', { breaker: { failure: 3 } as never }, 'did you mean `failures`'],
    ['headers', 'https://p.example/', { headers: 'x: y' as never }, 'an object'],
    ['headers.Host', 'https://p.example/', { headers: { Host: 'x' } }, 'cannot be set'],
    ['headers.x', 'https://p.example/', { headers: { x: 'a\r\nb: c' } }, 'printable'],
  ])('refuses at construction and says where: %s of %s %j', (option, url, options, hint) => {
    const make = () => template(url, options);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(expect.objectContaining({ option, detail: expect.stringContaining(hint) }));
  });

  it('delivers from the queue like every destination', async () => {
    const server = await sink((response) => response.end('OK'));
    const tallyback = shop({ destinations: { partner: template(`${server.url}/pb?id={clickid}`, { on: ['lead'] }) } });
    const lead = await tallyback.convert({ clickId: CLICK_ID, event: 'lead', transactionId: 'L-1' });
    const purchase = await tallyback.convert({ clickId: CLICK_ID, transactionId: 'A-1' });
    expect([lead.destinations, purchase.destinations]).toEqual([['partner'], []]);
    expect(await tallyback.flush()).toEqual({ delivered: 1, pending: 0, dead: 0 });
    expect(server.received.map(({ path }) => path)).toEqual([`/pb?id=${CLICK_ID}`]);
  });
});
