import { MoneyError, parseAmount } from '@tallyback/protocol';
import type { Click } from './click.entity.js';
import { DEEP_LINK_PARAMETERS, MAX_DEEP_LINK } from './deep-link.js';

/** The parameters that a click URL may carry, each cut to what the database holds. */
export interface ClickParameters {
  readonly externalId: string | null;
  /** `sub1` to `sub10` in order. */
  readonly subs: readonly (string | null)[];
  readonly cost: bigint | null;
  /** What carried the link, in the form of a key. */
  readonly channel: string | null;
  readonly customerId: string | null;
  /** Everything else, usable as `{query.NAME}`; null when there was nothing else. */
  readonly query: Record<string, string> | null;
}

const SUB_LENGTH = 255;
const CUSTOMER_LENGTH = 128;
const CHANNEL = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const MAX_QUERY_FIELDS = 50;
const MAX_QUERY_NAME = 64;
const SUB = /^sub([1-9]|10)$/;

/**
 * Reads a click's query. A visitor is never refused for a partner's sloppy link: what is too long is cut, what is not
 * understood is kept among the rest, the first of several equal names wins.
 *
 * @param externalIdParameter Name of the parameter with the partner's own click id.
 * @param currency Currency of `cost`.
 */
export function readClickParameters(query: string, externalIdParameter: string, currency: string): ClickParameters {
  let externalId: string | null = null;
  let cost: bigint | null = null;
  let channel: string | null = null;
  let customerId: string | null = null;
  const subs = Array<string | null>(10).fill(null);
  const rest = new Map<string, string>();
  for (const [name, raw] of new URLSearchParams(query)) {
    const isPage = (DEEP_LINK_PARAMETERS as readonly string[]).includes(name);
    const value = cleanText(raw, isPage ? MAX_DEEP_LINK : SUB_LENGTH);
    const sub = SUB.exec(name);
    if (value === null) continue;
    if (name === externalIdParameter) externalId ??= value;
    else if (sub) subs[Number(sub[1]) - 1] ??= value;
    else if (name === 'cost' && cost === null) {
      cost = readCost(value, currency);
      if (cost === null) keep(rest, name, value);
    } else if (name === 'channel' && channel === null && CHANNEL.test(value.toLowerCase())) {
      channel = value.toLowerCase();
      if (channel !== value) keep(rest, name, value);
    } else if (name === 'customer_id') {
      // Cut, it would be another customer's; among the rest it would outlive the person's erasure.
      if ([...value].length <= CUSTOMER_LENGTH) customerId ??= value;
    } else keep(rest, name, value);
  }
  return { externalId, subs, cost, channel, customerId, query: rest.size > 0 ? Object.fromEntries(rest) : null };
}

function keep(rest: Map<string, string>, name: string, value: string): void {
  const kept = cleanText(name, MAX_QUERY_NAME);
  if (kept !== null && !rest.has(kept) && rest.size < MAX_QUERY_FIELDS) rest.set(kept, value);
}

function readCost(value: string, currency: string): bigint | null {
  const cost = costOrFault(value, currency);
  return typeof cost === 'bigint' ? cost : null;
}

/** Why the cost that a click URL said is not counted; undefined when it is, or there was none. */
export function costFault({ cost, query, currency }: Pick<Click, 'cost' | 'query' | 'currency'>): string | undefined {
  if (cost !== null || !query || !Object.hasOwn(query, 'cost')) return undefined;
  const read = costOrFault(query.cost as string, currency);
  return typeof read === 'string' ? `cost=${query.cost} is not counted: ${read}` : undefined;
}

function costOrFault(value: string, currency: string): bigint | string {
  try {
    const cost = parseAmount(value, currency);
    return cost >= 0n ? cost : 'a cost is not negative';
  } catch (error) {
    if (error instanceof MoneyError) return error.message;
    throw error;
  }
}

/** The value of `{query.NAME}`: every parameter that has no macro of its own. */
export function queryValue(
  { query, channel, customerId }: Pick<Click, 'query' | 'channel' | 'customerId'>,
  name: string,
): string | undefined {
  // A stranger chose the names, so what every object has must not answer.
  if (query && Object.hasOwn(query, name)) return query[name];
  if (name === 'channel') return channel ?? undefined;
  return name === 'customer_id' ? (customerId ?? undefined) : undefined;
}

/** Text that both databases can hold: without NUL, at most `length` characters; null when nothing is left. */
export function cleanText(text: string | undefined, length: number): string | null {
  if (!text) return null;
  // The length is counted in code points, as PostgreSQL does, so that no character is cut in half.
  const clean = text.replaceAll('\0', '');
  const cut = clean.length > length ? [...clean].slice(0, length).join('') : clean;
  return cut === '' ? null : cut;
}
