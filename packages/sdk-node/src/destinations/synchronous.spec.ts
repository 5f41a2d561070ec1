import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { synchronous } from './synchronous.js';

describe('synchronous()', () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(() => void process.off('unhandledRejection', note));

  it.each([[true], [false], [undefined], [null], [{ when: 'then' }]])('gives %j back', (value) => {
    expect(synchronous('when', value)).toBe(value);
  });

  it('refuses every promise, also one of another library, and leaves no rejection unhandled', async () => {
    // biome-ignore lint/suspicious/noThenProperty: promises of other libraries are known by it alone
    const foreign = { then: (_: unknown, fail: (error: Error) => void) => fail(new Error('foreign')) };
    for (const promise of [Promise.resolve(false), Promise.reject(new Error('own')), foreign]) {
      expect(() => synchronous('when', promise)).toThrow(/`when` returned a promise: write it without async/);
    }
    // Node tells of unhandled rejections after the microtasks: a turn of the event loop later it has.
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});
