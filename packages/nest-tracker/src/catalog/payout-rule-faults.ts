import { parseAmount } from '@tallyback/protocol';
import type { CatalogFault } from './catalog-error.js';
import { amountFault } from './catalog-validators.js';
import type { PayoutRuleDto, PayoutTierDto } from './payout-rule.dto.js';

/** What is wrong with a rule whose fields are right one by one: amounts in this currency, tiers in their order. */
export function payoutRuleFaults(rule: PayoutRuleDto, currency: string, path: string): CatalogFault[] {
  if (rule.kind === 'fixed') return faultAt(`${path}.amount`, amountFault(rule.amount ?? '', currency));
  if (rule.kind === 'percent') return [];
  const { by = 'conversions', tiers = [] } = rule;
  const faults = tiers.flatMap((tier, i) => tierFaults(tier, by, currency, `${path}.tiers[${i}]`));
  if (faults.length > 0) return faults;
  const starts = tiers.map(({ from }) => (by === 'conversions' ? BigInt(from) : parseAmount(String(from), currency)));
  return starts.flatMap((start, i) => {
    const before = starts[i - 1];
    const message =
      before === undefined
        ? start === 0n || 'must be 0 in the first tier'
        : start > before || 'must be higher than in the tier before';
    return message === true ? [] : [{ path: `${path}.tiers[${i}].from`, message }];
  });
}

function tierFaults(tier: PayoutTierDto, by: string, currency: string, path: string): CatalogFault[] {
  const { from, amount, percent } = tier;
  if ((amount === undefined) === (percent === undefined)) {
    return [{ path, message: 'must have either an amount or a percent' }];
  }
  const start =
    by === 'revenue'
      ? amountFault(String(from), currency)
      : /^\d+$/.test(String(from))
        ? undefined
        : 'must be a whole number of conversions';
  return [
    ...faultAt(`${path}.from`, start),
    ...faultAt(`${path}.amount`, amount === undefined ? undefined : amountFault(amount, currency)),
  ];
}

function faultAt(path: string, message: string | undefined): CatalogFault[] {
  return message === undefined ? [] : [{ path, message }];
}
