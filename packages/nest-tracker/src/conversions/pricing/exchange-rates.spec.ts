import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ExchangeRates } from './exchange-rates.js';
import type { RatesProvider } from './rates-provider.js';

const NOON = Date.parse('2026-11-22T12:00:00Z');

describe('exchange rates', () => {
  let time: number;
  let asked: string[];
  const clock = { now: () => time };
  const ratesOf = (rate: RatesProvider['rate']) =>
    new ExchangeRates(
      {
        rates: {
          rate(from, to, at) {
            asked.push(`${from}>${to} ${at.toISOString().slice(0, 10)}`);
            return rate(from, to, at);
          },
        },
      },
      clock,
    );
  beforeEach(() => {
    time = NOON;
    asked = [];
    Logger.overrideLogger(false);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are asked once for many messages at the same time and for ten minutes after, then again', async () => {
    const rates = ratesOf(async () => '1.08');
    const many = await Promise.all(Array.from({ length: 50 }, () => rates.rate('EUR', 'USD', NOON)));
    expect(many).toEqual(Array(50).fill({ known: 'rate', rate: '1.08' }));
    time += 599_999;
    await rates.rate('EUR', 'USD', NOON + 3_600_000);
    expect(asked).toHaveLength(1);
    time += 1;
    await rates.rate('EUR', 'USD', NOON);
    expect(asked).toHaveLength(2);
  });

  it('are asked for each pair and each day of the conversion', async () => {
    const rates = ratesOf(() => '2');
    await rates.rate('EUR', 'USD', NOON);
    await rates.rate('USD', 'EUR', NOON);
    await rates.rate('EUR', 'USD', NOON - 86_400_000);
    expect(asked).toEqual(['EUR>USD 2026-11-22', 'USD>EUR 2026-11-22', 'EUR>USD 2026-11-21']);
  });

  it('that nobody knows are not asked for again within a minute', async () => {
    const rates = ratesOf(() => undefined);
    expect(await rates.rate('EUR', 'USD', NOON)).toEqual({ known: 'none' });
    time += 59_999;
    await rates.rate('EUR', 'USD', NOON);
    expect(asked).toHaveLength(1);
    time += 1;
    await rates.rate('EUR', 'USD', NOON);
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('down'))],
    [
      'throws at once',
      () => {
        throw new Error('down');
      },
    ],
    ['answers what is no rate', () => '1,08'],
    ['answers a number', () => 1.08 as unknown as string],
    ['answers zero', () => '0'],
  ])('fail, and are asked for again at once, when the provider %s', async (_, provider) => {
    const rates = ratesOf(provider);
    expect(await rates.rate('EUR', 'USD', NOON)).toEqual({ known: 'failed' });
    expect(await rates.rate('EUR', 'USD', NOON)).toEqual({ known: 'failed' });
    expect(asked).toHaveLength(2);
  });

  it('fail when the provider does not answer within ten seconds', async () => {
    jest.useFakeTimers();
    const answer = ratesOf(() => new Promise(() => undefined)).rate('EUR', 'USD', NOON);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await answer).toEqual({ known: 'failed' });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keep no more than a thousand answers', async () => {
    const rates = ratesOf(() => '2');
    for (let day = 0; day <= 1_000; day++) await rates.rate('EUR', 'USD', NOON - day * 86_400_000);
    await rates.rate('EUR', 'USD', NOON - 1_000 * 86_400_000);
    expect(asked).toHaveLength(1_001);
    await rates.rate('EUR', 'USD', NOON);
    expect(asked).toHaveLength(1_002);
  });

  it('do not exist without a provider', async () => {
    expect(await new ExchangeRates({}, clock).rate('EUR', 'USD', NOON)).toEqual({ known: 'no_provider' });
  });
});
