import { describe, expect, it } from '@jest/globals';
import type { PrepareContext } from '../src/destinations.js';
import { platforms } from './support/ad-platforms/index.js';
import { freeze, frozen, jane, message } from './support/deliver.js';

const items = [{ sku: 'X1', quantity: 1 }];
const event = (name: keyof typeof platforms, given = message(), context: PrepareContext = { person: jane }) =>
  frozen(platforms[name].make({}), given, context);

describe('events of ad platforms', () => {
  it('gives Meta its own cookie before one made of the bare click id', () => {
    const clickIds = { fbclid: 'new', _fbc: 'fb.1.5.cookie' };
    expect(event('meta', message(), { clickIds })).toContain('"fbc":"fb.1.5.cookie"');
    expect(event('meta', message(), { clickIds: { ...clickIds, fbc: 'fb.1.6.given' } })).toContain('fb.1.6.given');
  });

  it('gives Google one kind of click id only, the most telling one', () => {
    const all = { gclid: 'g', gbraid: 'gb', wbraid: 'wb' };
    expect(event('google-ads', message(), { clickIds: all })).toContain('"gclid":"g","conversionDateTime"');
    const { gbraid, wbraid } = all;
    expect(event('google-ads', message(), { clickIds: { gbraid, wbraid } })).toContain(
      '"gbraid":"gb","conversionDateTime"',
    );
    expect(event('google-ads', message(), { clickIds: { gbraid } })).not.toContain('userIdentifiers');
  });

  it('gives Google an address only when it is whole', () => {
    const { postalCode, ...person } = jane;
    expect(event('google-data-manager')).toContain(`"postalCode":"${postalCode}"`);
    expect(event('google-data-manager', message(), { person })).not.toContain('givenName');
  });

  it('gives OpenAI no contents with an event that has none, and calls an event without page no web event', () => {
    const { sourceUrl: _, ...person } = jane;
    expect(event('openai', message({ items }))).toContain('"contents":[');
    const lead = event('openai', message({ event: 'lead', items }), { person });
    expect(lead).toContain('"type":"customer_action"');
    expect(lead).not.toContain('"contents":[');
    expect(lead).toContain('"action_source":"other"');
    expect(lead).not.toContain('source_url');
    expect(event('openai', message(), { person: { ...jane, sourceUrl: 'javascript:alert(1)' } })).toContain('"other"');
  });

  it('gives Taboola no currency without an amount', () => {
    const given = message({ event: 'lead', revenue: undefined } as never);
    expect(event('taboola', given, { clickIds: { tblci: 'x' } })).toBe('click-id=x&name=lead&orderid=A-1001');
  });

  it('leaves rejected conversions out, and sends pending ones', () => {
    const destination = platforms.meta.make({});
    const context = { person: jane };
    expect(freeze(destination, message({ status: 'rejected' }), context)).toEqual({ skip: expect.any(String) });
    expect(freeze(destination, message({ status: 'pending' }), context)).toEqual(expect.any(String));
  });

  it('makes a dead letter that says so when `eventId` is async, instead of sending a promise as the id', () => {
    for (const eventId of [async () => 'id-1', () => Promise.reject(new Error('lookup failed'))]) {
      const destination = platforms.meta.make({ eventId: eventId as never });
      expect(freeze(destination, message(), { person: jane })).toEqual({
        dead: expect.stringContaining('`eventId` returned a promise'),
      });
    }
  });

  it('lets own names of events go before the defaults', () => {
    const destination = platforms.meta.make({ events: { purchase: 'Donate' } });
    expect(frozen(destination, message(), { person: jane })).toContain('"event_name":"Donate"');
  });

  it('is not confused by an event that is called like something every object has', () => {
    expect(event('meta', message({ event: 'constructor' }))).toContain('"event_name":"constructor"');
  });
});
