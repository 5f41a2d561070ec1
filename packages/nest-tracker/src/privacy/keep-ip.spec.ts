import { describe, expect, it } from '@jest/globals';
import { keepIp } from './keep-ip.js';

const hash = (text: string) => `hash of ${text}`;

describe('keepIp', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0', '192.0.2.77'],
    ['::ffff:192.0.2.77', '192.0.2.0', '192.0.2.77'],
    ['::FFFF:192.0.2.77', '192.0.2.0', '192.0.2.77'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::', '2001:db8:1:2:3:4:5:6'],
    ['2001:db8::1', '2001:db8:0::', '2001:db8::1'],
    ['2001::1:2:3:4:5:6', '2001:0:1::', '2001::1:2:3:4:5:6'],
    ['::1', '0:0:0::', '::1'],
    ['fe80::1%eth0', 'fe80:0:0::', 'fe80::1%eth0'],
  ])('keeps %s as %s, or whole', (ip, truncated, full) => {
    expect(keepIp(ip, 'truncate', hash)).toBe(truncated);
    expect(keepIp(ip, 'full', hash)).toBe(full);
    expect(keepIp(ip, 'hash', hash)).toBe(`hash of ${full}`);
    expect(keepIp(ip, 'none', hash)).toBeNull();
  });

  it.each([undefined, '', 'unknown', '192.0.2', '1.2.3.4.5', ':::1', 'example.com'])('keeps nothing of %j', (ip) => {
    for (const keep of ['truncate', 'hash', 'full', 'none'] as const) expect(keepIp(ip, keep, hash)).toBeNull();
  });
});
