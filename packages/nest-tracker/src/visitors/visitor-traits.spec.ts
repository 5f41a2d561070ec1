import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { TrackerOptions } from '../tracker.options.js';
import type { GeoResolver } from './geo-resolver.js';
import { VisitorTraits } from './visitor-traits.service.js';

function traits(geo: GeoResolver | null, options: Partial<TrackerOptions> = {}): VisitorTraits {
  return new VisitorTraits(geo, options as TrackerOptions);
}

const answering = (country: unknown): GeoResolver => ({ resolve: () => ({ country: country as string }) });

describe('what is told of a visitor', () => {
  it('is asked by the plain form of the address, whatever form the adapter gives', () => {
    const asked: string[] = [];
    const known = traits({ resolve: (ip) => ({ country: asked.push(ip) > 0 ? 'DE' : 'FR' }) });
    for (const ip of ['::ffff:203.0.113.7', '203.0.113.7:4711', '[2001:DB8::1]', 'fe80::1%eth0', 'unix', undefined]) {
      known.countryOf(ip);
    }
    expect(asked).toEqual(['203.0.113.7', '203.0.113.7', '2001:db8::1', 'fe80::1']);
  });

  it.each([['de'], ['DEU'], [''], [49], [null]])('has no country when the resolver says %p', (country) => {
    expect(traits(answering(country)).countryOf('203.0.113.7')).toBeNull();
  });

  it('is nothing when the host’s own code throws, and the visitor goes on', () => {
    // What it says of that is not this test's.
    Logger.overrideLogger(false);
    const broken = () => {
      throw new TypeError('203.0.113.7 is not mine');
    };
    const known = traits({ resolve: broken }, { isDataCentre: broken });
    expect([known.countryOf('203.0.113.7'), known.isDataCentre('203.0.113.7')]).toEqual([null, false]);
  });

  it('takes nothing but true for a data centre', () => {
    const promised = (() => Promise.resolve(false)) as unknown as (ip: string) => boolean;
    expect(traits(null, { isDataCentre: promised }).isDataCentre('203.0.113.7')).toBe(false);
    expect(traits(null, { isDataCentre: (ip) => ip.startsWith('203.') }).isDataCentre('203.0.113.7')).toBe(true);
  });
});
