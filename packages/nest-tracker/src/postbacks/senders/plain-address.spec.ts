import { describe, expect, it } from '@jest/globals';
import { plainAddress } from './plain-address.js';

describe('a plain address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    [' 203.0.113.9 ', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::FFFF:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['0:0:0:0:0:ffff:cb00:7109', '203.0.113.9'],
    ['[::ffff:203.0.113.9]:4711', '203.0.113.9'],
    ['2001:DB8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::203.0.113.9', '::203.0.113.9'],
    ['::1', '::1'],
  ])('is made of %j: %s', (given, plain) => {
    expect(plainAddress(given)).toBe(plain);
  });

  it.each([
    undefined,
    '',
    'unknown',
    '_hidden',
    '203.0.113',
    '203.0.113.999',
    '203.0.113.9:',
    '[203.0.113.9',
    'localhost',
    '203.0.113.9, 10.0.0.1',
  ])('is not made of %j', (given) => {
    expect(plainAddress(given)).toBeUndefined();
  });
});
