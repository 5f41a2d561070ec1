import { describe, expect, it } from '@jest/globals';
import { addMetrics, emptyMetrics, reportRow } from './report-rows.js';

describe('reportRow', () => {
  it.each([
    ['EUR', 1n, 3, '0.0033'],
    ['EUR', 5n, 1_000, '0.0000'], // 0.00005: to the even 0
    ['EUR', 15n, 1_000, '0.0002'], // 0.00015: to the even 2
    ['JPY', 1n, 8, '0.12'], // 0.125: to the even 12
    ['KWD', 1_005n, 2, '0.50250'],
    ['EUR', 0n, 5, '0.0000'],
    ['EUR', -1n, 3, '-0.0033'],
  ])('earns per click in %s %s/%s = %s', (currency, revenue, clicks, epc) => {
    expect(reportRow({}, currency, { ...emptyMetrics(), revenue, clicks }).epc).toBe(epc);
  });

  it('stays exact where numbers would not', () => {
    const revenue = 9_007_199_254_740_993n;
    const row = reportRow({}, 'EUR', { ...emptyMetrics(), revenue, payout: 1n, conversions: 1, clicks: 1 });
    expect(row).toMatchObject({ revenue: '90071992547409.93', profit: '90071992547409.92', aov: '90071992547409.93' });
    expect(row.epc).toBe('90071992547409.9300');
  });

  it('may lose money', () => {
    const row = reportRow({}, 'EUR', { ...emptyMetrics(), cost: 500n, clicks: 10 });
    expect(row).toMatchObject({ profit: '-5.00', roi: -1, cr: 0, aov: null });
  });
});

describe('addMetrics', () => {
  it('adds what databases answer: numbers, texts, and sums beyond numbers', () => {
    const metrics = emptyMetrics();
    addMetrics(metrics, { clicks: '2', uniqueClicks: 1, revenue: '9007199254740993' });
    addMetrics(metrics, { clicks: 3, revenue: '1', conversions: '4' });
    expect(metrics).toEqual({
      ...emptyMetrics(),
      clicks: 5,
      uniqueClicks: 1,
      conversions: 4,
      revenue: 9_007_199_254_740_994n,
    });
  });
});
