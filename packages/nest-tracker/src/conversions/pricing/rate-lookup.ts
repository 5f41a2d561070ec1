import type { CatalogSnapshot } from '../../catalog/catalog-snapshot.js';
import type { Refusal } from '../../http/problem-reply.js';
import type { Intake } from '../intake.js';
import { occurredAt } from '../occurred-at.js';
import type { ExchangeRates, RateAnswer } from './exchange-rates.js';

/** Rates that were asked for before the transaction, so that nobody waits for a provider inside it. */
export type RateLookup = (from: string, to: string) => RateAnswer;

/** For messages that need no rate. */
export const noRates: RateLookup = () => ({ known: 'none' });

/**
 * The rates that a message may need: from its currency to those of its advertiser's offers, since only the transaction
 * finds out which offer it is. Undefined when it needs none, which is nearly always.
 *
 * @param now Epoch milliseconds.
 */
export function ratesFor(
  intake: Intake,
  catalog: CatalogSnapshot,
  rates: ExchangeRates,
  now: number,
): Promise<RateLookup> | undefined {
  const from = intake.message.data.currency;
  const targets = catalog.currenciesOf(intake.advertiser.row.id);
  if (from === undefined || targets.size === 0 || (targets.size === 1 && targets.has(from))) return undefined;
  return lookUp(from, [...targets], occurredAt(intake, now), rates);
}

async function lookUp(from: string, targets: readonly string[], at: number, rates: ExchangeRates): Promise<RateLookup> {
  const others = targets.filter((to) => to !== from);
  const answers = await Promise.all(others.map((to) => rates.rate(from, to, at)));
  const known = new Map(others.map((to, i) => [to, answers[i]]));
  return (asked, to) => (asked === from ? known.get(to) : undefined) ?? { known: 'none' };
}

/** Why an amount in one currency cannot be had in another. */
export function rateRefusal(known: Exclude<RateAnswer['known'], 'rate'>, from: string, to: string): Refusal {
  if (known === 'failed') {
    const detail = `The exchange rate from ${from} to ${to} could not be asked for. Nothing was stored: send it again.`;
    return { reason: 'storage_unavailable', detail, field: 'data.currency' };
  }
  const why = known === 'none' ? 'and no exchange rate is known' : 'and the tracker has no exchange rates';
  const detail = `The offer is settled in ${to}, the message is in ${from}, ${why}. Send ${to}.`;
  return { reason: 'currency_unsupported', detail, field: 'data.currency' };
}
