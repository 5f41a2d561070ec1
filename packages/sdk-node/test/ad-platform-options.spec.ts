import { describe, expect, it } from '@jest/globals';
import {
  type Destination,
  googleAds,
  googleDataManager,
  metaConversions,
  microsoftConversions,
  openaiConversions,
  pinterestConversions,
  redditConversions,
  snapConversions,
  taboola,
  tiktokEvents,
} from '../src/destinations.js';
import { ConfigurationError } from '../src/errors.js';
import { partial } from './support/ad-platforms/google-failure.js';
import { platforms } from './support/ad-platforms/index.js';
import { order, TOKEN } from './support/ad-platforms/platform.js';
import { attempt, freeze, frozen, jane, message, NOW } from './support/deliver.js';
import { json, sinks } from './support/sink.js';

const sink = sinks();

describe('ad platforms', () => {
  const context = { person: jane };

  it.each([
    ['Meta', metaConversions({ pixelId: '1', accessToken: TOKEN }), 7],
    ['Microsoft', microsoftConversions({ tagId: '1', accessToken: TOKEN }), 7],
    ['Reddit', redditConversions({ pixelId: 'a', accessToken: TOKEN }), 7],
    ['OpenAI', openaiConversions({ pixelId: 'a', accessToken: TOKEN }), 7],
    ['Snap', snapConversions({ pixelId: 'a', accessToken: TOKEN }), 37],
  ])('%s makes a dead letter of an event older than it takes', (title, destination, days) => {
    const at = (age: number) => message({ occurredAt: new Date(NOW - age).toISOString() });
    const limit = days * 86_400_000;
    expect(freeze(destination, at(limit + 1), context)).toEqual({ dead: expect.stringContaining(`${title} takes`) });
    expect(freeze(destination, at(limit), context)).toEqual(expect.any(String));
  });

  it('stops retrying when a repeated event would no longer be recognised', () => {
    const windows = Object.values(platforms).map(({ make }) => make({}).windowMs);
    const twoDays = 2 * 86_400_000;
    expect(windows).toEqual([...Array<number>(7).fill(twoDays), undefined, undefined, undefined]);
  });

  it('maps events: own names first, then the defaults, then what the platform has for the rest', () => {
    const install = message({ event: 'install' });
    const name = (destination: Destination) => frozen(destination, install, context);
    const options = { pixelId: 'a', accessToken: TOKEN };
    expect(name(redditConversions(options))).toContain(
      '"type":{"tracking_type":"CUSTOM","custom_event_name":"install"}',
    );
    expect(name(openaiConversions(options))).toContain('"type":"custom","custom_event_name":"install"');
    expect(name(pinterestConversions({ adAccountId: '1', accessToken: TOKEN }))).toContain('"event_name":"custom"');
    expect(name(snapConversions({ ...options, events: { install: 'CUSTOM_EVENT_1' } }))).toContain('CUSTOM_EVENT_1');
    const trial = message({ event: 'trial_day_3' });
    expect(freeze(snapConversions(options), trial, context)).toEqual({ dead: expect.stringContaining('trial_day_3') });
  });

  it('sends no amount to OpenAI that has lost its currency exponent', () => {
    const destination = openaiConversions({ pixelId: 'a', accessToken: TOKEN });
    expect(frozen(destination, message({ revenue: '500', currency: 'JPY' }), context)).toContain('"amount":500,');
    expect(frozen(destination, message({ revenue: '1.250', currency: 'KWD' }), context)).toContain('"amount":1250,');
  });

  it('sends no conversion to Google for which there is no conversion action', () => {
    const options = { customerId: '1', conversionActions: { purchase: '7' }, auth: TOKEN };
    const destinations = [googleAds({ ...options, developerToken: 'd' }), googleDataManager(options)];
    for (const destination of destinations) {
      expect(freeze(destination, message({ event: 'lead' }), context)).toEqual({
        skip: expect.stringContaining('lead'),
      });
    }
  });

  it('counts a conversion that stands at Google already as delivered', async () => {
    const server = await sink((response) => response.writeHead(200).end(partial('ORDER_ID_ALREADY_IN_USE')));
    const destination = platforms['google-ads'].make({ baseUrl: server.url });
    expect(await attempt(destination, frozen(destination, order(), context))).toEqual({ outcome: 'delivered' });
  });

  it('comes back after six hours when a click is too new for Google', async () => {
    const server = await sink((response) => response.writeHead(200).end(partial('TOO_RECENT_EVENT')));
    const destination = platforms['google-ads'].make({ baseUrl: server.url });
    expect(await attempt(destination, frozen(destination, order(), context))).toMatchObject({
      retryAfterMs: 21_600_000,
    });
  });

  it('makes a dead letter of an order id that Google would refuse', () => {
    const destination = platforms['google-ads'].make({});
    expect(freeze(destination, message({ transactionId: 'x'.repeat(65) }), context)).toEqual({
      dead: expect.stringContaining('64'),
    });
  });

  it('makes a dead letter of an amount that Taboola cannot take', () => {
    const swiss = message({ revenue: '5.00', currency: 'CHF' });
    expect(freeze(taboola(), swiss, { clickIds: { tblci: 'x' } })).toEqual({ dead: expect.stringContaining('CHF') });
  });

  it('says of Data Manager that its yes is a receipt only', async () => {
    const server = await sink((response) => json(response, 200, { requestId: 'r' }));
    const destination = platforms['google-data-manager'].make({ baseUrl: server.url });
    expect(await attempt(destination, frozen(destination, order(), context))).toEqual({
      outcome: 'delivered',
      confirmed: false,
    });
  });

  it('prefers what convert() learned of the click over what the person carries', () => {
    const destination = taboola();
    const person = { clickIds: { tblci: 'old' } };
    expect(freeze(destination, order(), { person })).toContain('click-id=old');
    expect(freeze(destination, order(), { person, clickIds: { tblci: 'new' } })).toContain('click-id=new');
  });

  it.each([
    ['accessToken', () => metaConversions({ pixelId: '1', accessToken: undefined as never })],
    ['accessToken', () => tiktokEvents({ pixelCode: 'C', accessToken: 'two\nlines' })],
    ['pixelId', () => metaConversions({ pixelId: '../me', accessToken: TOKEN })],
    ['apiVersion', () => metaConversions({ pixelId: '1', accessToken: TOKEN, apiVersion: '25' })],
    ['adAccountId', () => pinterestConversions({ adAccountId: '', accessToken: TOKEN })],
    ['baseUrl', () => taboola({ baseUrl: 'trc.taboola.com' })],
    ['baseUrl', () => taboola({ baseUrl: 'https://u:p@trc.taboola.com' })],
    ['events.lead', () => taboola({ events: { lead: '' } })],
    ['eventId', () => taboola({ eventId: 'id' as never })],
    ['customerId', () => googleDataManager({ customerId: 'me', conversionActions: '1', auth: TOKEN })],
    [
      'conversionActions',
      () => googleDataManager({ customerId: '1', conversionActions: 'customers/1/conversionActions/2', auth: TOKEN }),
    ],
    ['conversionActions', () => googleDataManager({ customerId: '1', conversionActions: {}, auth: TOKEN })],
    [
      'auth.refreshToken',
      () =>
        googleDataManager({
          customerId: '1',
          conversionActions: '1',
          auth: { clientId: 'c', clientSecret: 's', refreshToken: undefined as never },
        }),
    ],
    [
      'auth.refrehToken',
      () => googleDataManager({ customerId: '1', conversionActions: '1', auth: { refrehToken: 'r' } as never }),
    ],
    [
      'auth.tokenUrl',
      () =>
        googleDataManager({
          customerId: '1',
          conversionActions: '1',
          auth: { clientId: 'c', clientSecret: 's', refreshToken: 'r', tokenUrl: 'oauth2.googleapis.com' },
        }),
    ],
    ['events', () => googleAds({ events: {} } as never)],
    ['events', () => taboola({ events: 'purchase' as never })],
    ['test', () => pinterestConversions({ adAccountId: '1', accessToken: TOKEN, test: 'false' as never })],
    ['validateOnly', () => openaiConversions({ pixelId: 'a', accessToken: TOKEN, validateOnly: 'true' as never })],
    ['testEventCode', () => snapConversions({ pixelId: 'a', accessToken: TOKEN, testEventCode: 12 as never })],
    ['developerToken', () => googleAds({ customerId: '1', conversionActions: '1', auth: TOKEN } as never)],
  ])('refuses an option that cannot work and names it: %s', (option, make) => {
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(expect.objectContaining({ option }));
  });

  const makers = {
    googleAds,
    googleDataManager,
    metaConversions,
    microsoftConversions,
    openaiConversions,
    pinterestConversions,
    redditConversions,
    snapConversions,
    taboola,
    tiktokEvents,
  } as unknown as Record<string, (options: unknown) => Destination>;

  it.each(Object.entries(makers))(
    '%s() says what it takes when it is given nothing or something else',
    (name, make) => {
      const given = [null, 'token', [], ...(name === 'taboola' ? [] : [undefined])];
      for (const options of given) {
        expect(() => make(options)).toThrow(ConfigurationError);
        expect(() => make(options)).toThrow(expect.objectContaining({ option: 'options' }));
      }
    },
  );

  it.each(Object.entries(makers))('%s() refuses an option that nobody would read, without its value', (name, make) => {
    const thrown = (options: object) => {
      try {
        make(options);
      } catch (error) {
        return error;
      }
      return undefined;
    };
    const detail = expect.stringContaining(`not an option of ${name}(); did you mean \`baseUrl\`?`);
    expect(thrown({ baseURL: 'hunter2' })).toMatchObject({ option: 'baseURL', detail });
    expect(thrown({ ratePerSecnd: 1 })).toMatchObject({ detail: expect.stringContaining('`ratePerSecond`') });
    expect(thrown({ signingKey: 'hunter2' })).toMatchObject({ detail: expect.not.stringContaining('hunter2') });
  });

  it('asks a token function before every request', async () => {
    const server = await sink((response) => json(response, 200, { events_received: 1 }));
    const tokens = ['first', 'second'];
    const destination = metaConversions({
      pixelId: '1',
      accessToken: () => Promise.resolve(tokens.shift() ?? ''),
      baseUrl: server.url,
    });
    const body = frozen(destination, order(), context);
    await attempt(destination, body);
    await attempt(destination, body);
    expect(server.received.map(({ path }) => path.split('=')[1])).toEqual(['first', 'second']);
    await expect(attempt(destination, body)).rejects.toThrow(/accessToken returned no token/);
  });
});
