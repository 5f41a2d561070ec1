import { describe, expect, it } from '@jest/globals';
import type { PayoutRule, PayoutScope } from '../../catalog/payout-rule.js';
import { chooseRule } from './choose-rule.js';

const rule = (amount: string, scope: PayoutScope = {}): PayoutRule => ({ kind: 'fixed', amount, ...scope });
const sale = { event: 'purchase', partner: 'blog', campaign: 'spring' };
const chosen = (rules: PayoutRule[], conversion: PayoutScope = sale) => {
  const found = chooseRule(rules, conversion);
  return found?.kind === 'fixed' ? found.amount : found;
};

describe('of several payout rules', () => {
  it('the one for the campaign goes before the one for the partner, that before the one for the event, in any order', () => {
    const rules = [
      rule('1'),
      rule('2', { event: 'purchase' }),
      rule('3', { partner: 'blog' }),
      rule('4', { partner: 'blog', event: 'purchase' }),
      rule('5', { campaign: 'spring' }),
      rule('6', { campaign: 'spring', event: 'purchase' }),
      rule('7', { campaign: 'spring', partner: 'blog' }),
      rule('8', { campaign: 'spring', partner: 'blog', event: 'purchase' }),
    ];
    for (let most = rules.length; most > 0; most--) {
      const left = rules.slice(0, most);
      expect(chosen(left)).toBe(String(most));
      expect(chosen([...left].reverse())).toBe(String(most));
    }
  });

  it('only those count whose event, partner and campaign are the conversion’s', () => {
    const rules = [
      rule('1', { event: 'lead' }),
      rule('2', { partner: 'other' }),
      rule('3', { campaign: 'autumn' }),
      rule('4', { campaign: 'spring', event: 'lead' }),
    ];
    expect(chosen(rules)).toBeNull();
    expect(chosen([...rules, rule('5')])).toBe('5');
    expect(chosen(rules, { ...sale, event: 'lead' })).toBe('4');
  });

  it('the first of equals applies', () => {
    expect(chosen([rule('1'), rule('2')])).toBe('1');
    expect(chosen([rule('1', { event: 'purchase' }), rule('2', { event: 'purchase' })])).toBe('1');
  });

  it('none means no payout', () => {
    expect(chosen([])).toBeNull();
  });
});
