import type { Conversion } from '../conversion.entity.js';

/** What a counter is about: an offer, a partner, or a partner on an offer; one event of it, or all. */
export interface CounterScope {
  /** `offer:…`, `partner:…` or `pair:…:…`. */
  readonly scope: string;
  /** Empty: all events. */
  readonly event: string;
}

export const offerScope = (offerId: string): CounterScope => ({ scope: `offer:${offerId}`, event: '' });
export const partnerScope = (partnerId: string): CounterScope => ({ scope: `partner:${partnerId}`, event: '' });
/** One partner on one offer. */
export const pairScope = (offerId: string, partnerId: string, event = ''): CounterScope => ({
  scope: `pair:${offerId}:${partnerId}`,
  event,
});

/** What of a conversion decides where it counts. */
export type Counted = Pick<Conversion, 'offerId' | 'partnerId' | 'event'>;

/** The scopes that a conversion counts in. */
export function scopesOf({ offerId, partnerId, event }: Counted): CounterScope[] {
  const scopes: CounterScope[] = [];
  if (offerId !== null) scopes.push(offerScope(offerId));
  if (partnerId !== null) scopes.push(partnerScope(partnerId));
  if (offerId !== null && partnerId !== null)
    scopes.push(pairScope(offerId, partnerId), pairScope(offerId, partnerId, event));
  return scopes;
}

/** How long a counter counts; days and months are UTC. */
export const PERIODS = ['day', 'month', 'total'] as const;
export type Period = (typeof PERIODS)[number];

/** The name of the period that a moment lies in: `day:2026-11-22`, `month:2026-11`, `total`. */
export function periodName(period: Period, at: number): string {
  if (period === 'total') return period;
  const date = new Date(at).toISOString();
  return period === 'day' ? `day:${date.slice(0, 10)}` : `month:${date.slice(0, 7)}`;
}

/** First millisecond of a named period and the first after it. */
export function periodBounds(name: string): { readonly from: number; readonly to: number } {
  const [period, date = ''] = name.split(':');
  if (period === 'total') return { from: 0, to: Number.MAX_SAFE_INTEGER };
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const to = period === 'day' ? Date.UTC(year, month - 1, day + 1) : Date.UTC(year, month, 1);
  return { from: Date.UTC(year, month - 1, day), to };
}
