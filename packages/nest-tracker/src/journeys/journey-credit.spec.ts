import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CREDIT_MODELS, type CreditModel, creditWeights } from './credit-models.js';
import { creditOf } from './journey-credit.js';
import { splitAmount } from './split-amount.js';

interface Vector {
  readonly name: string;
  readonly times: readonly number[];
  readonly halfLifeMs: number;
  readonly amount: string;
  readonly shares: Readonly<Record<CreditModel, readonly string[]>>;
}

const vectors = JSON.parse(readFileSync(join(__dirname, '../../vectors/journey-credit.json'), 'utf8')) as {
  cases: Vector[];
};
const DAY = 86_400_000;
const sum = (parts: readonly bigint[]) => parts.reduce((total, part) => total + part, 0n);

describe('credit', () => {
  it.each(vectors.cases.flatMap((vector) => CREDIT_MODELS.map((model) => ({ ...vector, model }))))(
    'is what the vector says: $name ($model)',
    ({ times, halfLifeMs, amount, shares, model }) => {
      expect(splitAmount(BigInt(amount), creditWeights(model, times, halfLifeMs)).map(String)).toEqual(shares[model]);
    },
  );

  const touches = fc
    .array(fc.integer({ min: -200 * DAY, max: 10 * DAY }), { maxLength: 150 })
    .map((times) => times.sort((a, b) => a - b).map((at, i) => ({ id: `t${i}`, at })));
  const amounts = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
  const terms = fc.record({
    lookbackMs: fc.integer({ min: 1, max: 400 * DAY }),
    halfLifeMs: fc.integer({ min: 1, max: 400 * DAY }),
  });

  it('sums to revenue and payout under every model, whatever the journey', () => {
    fc.assert(
      fc.property(touches, amounts, amounts, fc.option(fc.nat(149)), terms, (path, revenue, payout, own, given) => {
        const conversion = { clickId: own === null ? null : `t${own}`, occurredAt: 0, revenue, payout };
        const credit = creditOf(conversion, path, given);
        const counts = path.some(({ id, at }) => id === conversion.clickId || (at <= 0 && at > -given.lookbackMs));
        expect(credit.length > 0).toBe(counts);
        expect(credit.length).toBeLessThanOrEqual(100);
        for (const model of CREDIT_MODELS) {
          if (!counts) continue;
          expect(sum(credit.map(({ shares }) => shares[model].revenue))).toBe(revenue);
          expect(sum(credit.map(({ shares }) => shares[model].payout))).toBe(payout);
        }
      }),
    );
  });

  it('is never further than one unit from the exact part, and none has the other sign', () => {
    const weights = fc
      .array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 30 })
      .filter((all) => sum(all) > 0n);
    fc.assert(
      fc.property(amounts, weights, (amount, all) => {
        const total = sum(all);
        splitAmount(amount, all).forEach((share, i) => {
          const off = share * total - amount * (all[i] as bigint);
          expect(off < total && off > -total).toBe(true);
          expect(share === 0n || share > 0n === amount > 0n).toBe(true);
        });
      }),
    );
  });

  it('fades with age, and with time decay a half-life more halves it', () => {
    fc.assert(
      fc.property(touches, fc.integer({ min: DAY, max: 50 * DAY }), (path, halfLife) => {
        const weights = creditWeights(
          'timeDecay',
          path.map(({ at }) => at),
          halfLife,
        );
        weights.forEach((weight, i) => {
          expect(weight <= (weights[i + 1] ?? 1_000_000_000n)).toBe(true);
        });
      }),
    );
    expect(creditWeights('timeDecay', [0, DAY, 2 * DAY], DAY)).toEqual([250_000_000n, 500_000_000n, 1_000_000_000n]);
  });

  it('goes to the first and the newest of very many touches, and to the conversion’s own', () => {
    const path = Array.from({ length: 500 }, (_, i) => ({ id: `t${i}`, at: i }));
    const conversion = { clickId: 't200', occurredAt: 1_000, revenue: 1_000n, payout: 0n };
    const credit = creditOf(conversion, path, { lookbackMs: DAY, halfLifeMs: DAY });
    const ids = credit.map(({ touch }) => touch.id);
    expect([ids.length, ids[0], ids[1], ids[2], ids.at(-1)]).toEqual([100, 't0', 't200', 't402', 't499']);
  });

  it('needs weights', () => {
    for (const weights of [[], [0n], [2n, -1n]]) expect(() => splitAmount(1n, weights)).toThrow(RangeError);
  });
});
