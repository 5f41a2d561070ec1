import { unusableValue } from '@tallyback/protocol';
import type { Refusal } from '../http/problem-reply.js';
import { isSignatureParameter, type Pair } from './request-pairs.js';

/** Names under which a value may come; the first is ours. */
const ALIASES = {
  clickId: ['clickid', 'click_id', 'cid'],
  transactionId: ['txid', 'transaction_id', 'order_id'],
  event: ['event', 'et', 'type'],
  revenue: ['revenue', 'amount', 'sum'],
  payout: ['payout'],
  currency: ['currency'],
  status: ['status'],
  advertiser: ['advertiser'],
  token: ['token'],
} as const;

export type PostbackValue = keyof typeof ALIASES;

const FIELD_OF = new Map<string, PostbackValue>(
  Object.entries(ALIASES).flatMap(([field, names]) => names.map((name) => [name, field as PostbackValue] as const)),
);
const MAX_EXTRAS_BYTES = 4_000;
const MAX_EXTRA_NAME = 64;
const CONTROL = /\p{Cc}/gu;

/** A classic postback's parameters by what they mean. */
export interface PostbackParameters {
  readonly values: Partial<Record<PostbackValue, string>>;
  /** The name each value came under, to blame the right one. */
  readonly names: Partial<Record<PostbackValue, string>>;
  /** Everything else (networks append their own), as far as it fits into a conversion's metadata. */
  readonly extras: Record<string, string>;
  /** Why the postback cannot be read, if so. The values are there all the same, for the log. */
  readonly refusal: Refusal | undefined;
}

/**
 * Reads the parameters of a classic postback. Names are matched without regard to case, empty values count as absent, and
 * of several names for one value ours goes first.
 */
export function readPostbackParameters(pairs: Iterable<Pair>): PostbackParameters {
  const values: Partial<Record<PostbackValue, string>> = {};
  const names: Partial<Record<PostbackValue, string>> = {};
  const extras = new Map<string, string>();
  let refusal: Refusal | undefined;
  let extrasBytes = 2;
  for (const [name, value] of pairs) {
    if (value === '' || isSignatureParameter(name)) continue;
    const lower = name.toLowerCase();
    const field = FIELD_OF.get(lower);
    if (!field) {
      const kept = value.replaceAll(CONTROL, ' ');
      const bytes = Buffer.byteLength(JSON.stringify([name, kept])) + 1;
      if (!isExtraName(name) || extrasBytes + bytes > MAX_EXTRAS_BYTES || extras.has(name)) continue;
      extrasBytes += bytes;
      extras.set(name, kept);
      continue;
    }
    const fault = unusableValue(value) ?? (names[field] === lower && values[field] !== value ? TWICE : undefined);
    if (fault) refusal ??= { reason: 'invalid_field', detail: `"${name}" ${fault}.`, field: name };
    if (!(field in names) || rank(field, lower) < rank(field, names[field])) {
      values[field] = value;
      names[field] = lower;
    }
  }
  return { values, names, extras: Object.fromEntries(extras), refusal };
}

const TWICE = 'stands there twice with different values; send it once';

/** Whether metadata can hold a name; a postback is not refused for what a network appended to it. */
function isExtraName(name: string): boolean {
  return (
    name.length <= MAX_EXTRA_NAME && name !== '__proto__' && name.search(CONTROL) === -1 && /[\p{L}\p{N}_]/u.test(name)
  );
}

function rank(field: PostbackValue, name: string | undefined): number {
  return (ALIASES[field] as readonly (string | undefined)[]).indexOf(name);
}
