import { currencyExponent, divideHalfEven, formatAmount } from '@tallyback/protocol';
import type { Metrics, ReportRow } from './report.js';

/** Decimals that earnings per click have beyond the currency's own: a click often earns less than a cent. */
const EPC_EXTRA_DECIMALS = 2;

export function emptyMetrics(): Metrics {
  return {
    clicks: 0,
    uniqueClicks: 0,
    bots: 0,
    conversions: 0,
    approved: 0,
    pending: 0,
    rejected: 0,
    refunded: 0,
    revenue: 0n,
    payout: 0n,
    cost: 0n,
  };
}

const METRICS = Object.keys(emptyMetrics()) as (keyof Metrics)[];

/** Adds what a database row counted; columns that it does not have count nothing. */
export function addMetrics(metrics: Metrics, row: Partial<Record<keyof Metrics, string | number | bigint>>): void {
  for (const name of METRICS) {
    const value = row[name];
    if (value === undefined) continue;
    if (name === 'revenue' || name === 'payout' || name === 'cost') metrics[name] += BigInt(value);
    else metrics[name] += Number(value);
  }
}

/** A row of the answer: the counts, the money as decimal strings, and the figures derived from them. */
export function reportRow(
  dimensions: Readonly<Record<string, string | null>>,
  currency: string | null,
  { revenue, payout, cost, ...counts }: Metrics,
): ReportRow {
  const { clicks, conversions } = counts;
  const profit = revenue - payout - cost;
  const amount = (minor: bigint) => (currency ? formatAmount(minor, currency) : '0');
  return {
    ...dimensions,
    currency,
    ...counts,
    revenue: amount(revenue),
    payout: amount(payout),
    cost: amount(cost),
    profit: amount(profit),
    cr: ratio(BigInt(conversions), BigInt(clicks)),
    roi: ratio(profit, payout + cost),
    epc: clicks > 0 && currency ? perClick(revenue, clicks, currency) : null,
    aov: conversions > 0 ? amount(divideHalfEven(revenue, BigInt(conversions))) : null,
  };
}

/** A plain number with six decimals: a quota, not money. */
function ratio(numerator: bigint, denominator: bigint): number | null {
  return denominator === 0n ? null : Number(divideHalfEven(numerator * 1_000_000n, denominator)) / 1_000_000;
}

function perClick(revenue: bigint, clicks: number, currency: string): string {
  const scale = currencyExponent(currency) + EPC_EXTRA_DECIMALS;
  const scaled = divideHalfEven(revenue * 10n ** BigInt(EPC_EXTRA_DECIMALS), BigInt(clicks));
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(scale + 1, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
