import { describe, expect, it } from '@jest/globals';
import type { Caps } from '../catalog/caps.js';
import type { Counter } from '../conversions/counter.entity.js';
import { isFull, roomOf, spend } from './cap-room.js';

const NOW = Date.UTC(2026, 10, 22, 12);

function counter(period: string, conversions: bigint, payout = 0n, currency = 'EUR'): Counter {
  return { scope: 'offer:o', event: '', period, currency, conversions, revenue: 0n, payout };
}

const room = (caps: Caps, ...counters: Counter[]) => roomOf({ scope: 'offer:o', caps, currency: 'EUR' }, counters, NOW);

describe('room under caps', () => {
  it('is that of the narrowest period, over all currencies for conversions and in its own for payouts', () => {
    const caps = { conversionsPerDay: 10, conversionsTotal: 12, payoutPerMonth: '5.00' };
    const counters = [
      counter('day:2026-11-22', 3n, 900n),
      counter('day:2026-11-21', 9n),
      counter('month:2026-11', 3n, 120n),
      counter('month:2026-11', 1n, 7_000n, 'JPY'),
      counter('total', 6n),
      counter('total', 4n, 0n, 'JPY'),
    ];
    expect(room(caps, ...counters)).toEqual({ conversions: 2n, payout: 380n });
    expect(isFull(room({ conversionsPerDay: 3 }, ...counters))).toBe(true);
    expect(isFull(room({ conversionsPerDay: 4 }, ...counters))).toBe(false);
    expect(isFull(room({ payoutPerMonth: '1.20' }, ...counters))).toBe(true);
  });

  it('is there while nothing was paid, also where nothing may be', () => {
    expect(isFull(room({ payoutTotal: '0.00' }))).toBe(false);
    expect(isFull(room({ payoutTotal: '0.00' }, counter('total', 1n, 1n)))).toBe(true);
    expect(isFull(room({ conversionsTotal: 0 }))).toBe(true);
  });

  it('is asked for again when a conversion may have taken the last of it, and with every one after that', () => {
    const rooms = new Map([['offer:o', { conversions: 3n, payout: 500n }]]);
    const conversion = (payout: bigint, offerId = 'o') => ({ offerId, partnerId: 'p', event: 'purchase', payout });
    expect(spend(rooms, conversion(100n))).toBe(false);
    expect(spend(rooms, conversion(9_000n, 'another'))).toBe(false);
    expect(spend(rooms, conversion(400n))).toBe(true);
    expect(spend(rooms, conversion(0n))).toBe(true);
  });
});
