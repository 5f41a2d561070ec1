import { describe, expect, it } from '@jest/globals';
import { findNetwork, NetworkOptionError } from './index.js';

const url = 'https://t.example';

const configure = (name: string, options: unknown) => findNetwork(name)?.send.configure(options as object);
const errorOf = (name: string, options: unknown): NetworkOptionError => {
  try {
    configure(name, options);
  } catch (error) {
    if (error instanceof NetworkOptionError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

describe('options of a network', () => {
  it.each<[string, string, unknown, string]>([
    ['that are no object', 'voluum', undefined, 'options'],
    ['that are a list', 'voluum', [], 'options'],
    ['without a URL', 'voluum', {}, 'url'],
    ['with a URL that is not absolute', 'voluum', { url: 't.example' }, 'url'],
    ['with a scheme that is not HTTP', 'voluum', { url: 'ftp://t.example' }, 'url'],
    ['with a password in the URL', 'voluum', { url: 'https://a:b@t.example' }, 'url'],
    ['with a whole postback URL', 'voluum', { url: 'https://t.example/postback?cid=REPLACE' }, 'url'],
    ['with an unknown name', 'voluum', { url, event: {} }, 'event'],
    ['with an event that is none of ours', 'voluum', { url, events: { Lead: 'x' } }, 'events.Lead'],
    ['with an event mapped to a number', 'voluum', { url, events: { lead: 12 } }, 'events.lead'],
    ['with an event mapped to nothing', 'voluum', { url, events: { lead: '' } }, 'events.lead'],
    ['with events that are a list', 'voluum', { url, events: ['lead'] }, 'events'],
    ['with event names where there are none', 'bemob', { url, events: { lead: 'Lead' } }, 'events.lead'],
    ['with a parameter the network does not have', 'voluum', { url, parameters: { param6: 'x' } }, 'parameters.param6'],
    ['with a currency in lower case', 'cake', { url, currency: 'eur' }, 'currency'],
    ['without the network id', 'everflow', { url }, 'networkId'],
    ['with another kind of event ids', 'everflow', { url, networkId: '1', eventIds: 'id' }, 'eventIds'],
    ['with a token nobody set', 'everflow', { url, networkId: '1', verificationToken: undefined }, 'verificationToken'],
    ['without the offer', 'tune', { url }, 'offerId'],
    ['with a token nobody set', 'tune', { url, offerId: '1', securityToken: undefined }, 'securityToken'],
    ['without the key', 'keitaro', { url }, 'postbackKey'],
    ['with a key nobody set', 'keitaro', { url, postbackKey: undefined }, 'postbackKey'],
    ['with a path for a key', 'keitaro', { url, postbackKey: 'a/b' }, 'postbackKey'],
    [
      'with a status that is none of ours',
      'keitaro',
      { url, postbackKey: 'a', statuses: { sale: 'x' } },
      'statuses.sale',
    ],
    ['with a flag that is a text', 'binom', { url, replacesPayout: 'no' }, 'replacesPayout'],
    ['with corrections without an offer', 'cake', { url, corrections: { url, apiKey: 'k' } }, 'offerId'],
    [
      'with corrections without a key',
      'cake',
      { url, offerId: '1', corrections: { url, advertiserId: '1' } },
      'corrections.apiKey',
    ],
    [
      'with corrections with an unknown name',
      'cake',
      { url, offerId: '1', corrections: { url, apikey: 'k' } },
      'corrections.apikey',
    ],
    ['with corrections that are a text', 'cake', { url, offerId: '1', corrections: 'k' }, 'corrections'],
    ['with a template without the click id', 'thrivetracker', { url: 'https://t.example/?a={revenue}' }, 'url'],
    [
      'with a template with a macro of another dialect',
      'thrivetracker',
      { url: 'https://t.example/?a=#reqid#' },
      'url',
    ],
  ])('%s (%s) are refused by name', (_, name, options, option) => {
    const error = errorOf(name, options);
    expect(error).toMatchObject({ code: 'network_option_invalid', network: name, option });
    expect(error.message).toContain(`${name}: ${option} `);
  });

  it('with a typing error are answered with what was meant', () => {
    expect(errorOf('everflow', { url, networkId: '1', verificationtoken: 'x' }).message).toContain(
      'did you mean "verificationToken"?',
    );
  });

  it('that are wrong never show a value', () => {
    const secret = 'hunter2\n';
    for (const [name, options] of [
      ['tune', { url, offerId: '1', securityToken: secret }],
      ['keitaro', { url, postbackKey: secret }],
      ['cake', { url, offerId: '1', corrections: { url, apiKey: secret } }],
      ['voluum', { url: `https://user:${secret}@t.example` }],
    ] as const) {
      expect(errorOf(name, options).message).not.toContain('hunter2');
    }
  });
});

describe('a sender', () => {
  const message = {
    type: 'conversion.created',
    timestamp: '2026-11-22T10:00:00.000Z',
    data: { clickId: '01arz3ndektsv4rrffq69g5fav', event: 'purchase', transactionId: 'A-1' },
  } as const;

  it.each([
    ['everflow', { url, networkId: '1', verificationToken: 's3cret/+' }],
    ['tune', { url, offerId: '1', securityToken: 's3cret/+' }],
    ['keitaro', { url, postbackKey: 's3cret' }],
  ])('of %s blanks its secret out of URLs, answers and reasons', (name, options) => {
    const sender = configure(name, options);
    const result = sender?.request(message);
    const sent = result?.ok ? result.request.url : '';
    expect(sent).toContain('s3cret');
    expect(sender?.redact(sent)).not.toContain('s3cret');
    expect(sender?.redact(sent)).toContain('***');
    const verdict = sender?.classify({ status: 403, body: 'the token s3cret/+ is wrong' });
    expect(verdict).toMatchObject({ outcome: 'dead' });
    expect(JSON.stringify(verdict)).not.toContain('s3cret');
  });

  it('without secrets leaves texts alone', () => {
    expect(configure('voluum', { url })?.redact('https://t.example/?a=1')).toBe('https://t.example/?a=1');
  });

  it('says why it cannot send, and what to do', () => {
    const why = (name: string, options: object, data: object) => {
      const result = configure(name, options)?.request({ ...message, data: { ...message.data, ...data } });
      return result && !result.ok ? result.why : '';
    };
    expect(why('cake', { url }, { event: 'lead' })).toBe(
      'the event "lead" is not mapped: add it to the option "events", or null there to send it as CAKE\'s plain conversion',
    );
    expect(why('voluum', { url, clickIdField: 'voluum_cid' }, {})).toContain('metadata.voluum_cid');
    expect(why('tune', { url, offerId: '1', currency: 'USD' }, { revenue: '1', currency: 'EUR' })).toContain('EUR');
  });
});
