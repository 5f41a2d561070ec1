import { expect, it } from '@jest/globals';
import { nearest } from './nearest.js';

const names = ['transactionId', 'revenue', 'currency', 'event'];

it.each([
  ['revenu', 'revenue'],
  ['revneue', 'revenue'],
  ['transaction_id', 'transactionId'],
  ['CURRENCY', 'currency'],
  ['evnet', 'event'],
  ['xevents', 'event'],
])('%s is near %s', (name, expected) => {
  expect(nearest(name, names)).toBe(expected);
});

it.each(['', 'x', 'id', 'evxyz', 'something else', 'revenue'.repeat(10)])('%p is near nothing', (name) => {
  expect(nearest(name, names)).toBeUndefined();
});

it('a short name must agree but for one edit, where a swap of neighbours is one', () => {
  expect(nearest('usb1', ['sub1'])).toBe('sub1');
  expect(nearest('sxy1', ['sub1'])).toBeUndefined();
});

it('the nearest of several wins', () => {
  expect(nearest('sub12', ['sub1', 'sub2', 'xsub12'])).toBe('sub1');
  expect(nearest('statusx', ['stature', 'status'])).toBe('status');
});
