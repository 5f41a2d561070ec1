import { looksLikeMacro } from '@tallyback/protocol';
import type { Refusal } from '../http/problem-reply.js';

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

type Field = keyof typeof ALIASES;

const FIELD_OF = new Map<string, Field>(
  Object.entries(ALIASES).flatMap(([field, names]) => names.map((name) => [name, field as Field] as const)),
);
const SIGNATURE_PARAMETERS = new Set(['tb_id', 'tb_ts', 'tb_sig']);
const MAX_EXTRAS_BYTES = 4_000;
const MAX_EXTRA_NAME = 64;
const CONTROL = /\p{Cc}/gu;

/** A classic postback's parameters by what they mean. */
export interface PostbackParameters {
  readonly values: Partial<Record<Field, string>>;
  /** The name each value came under, to blame the right one. */
  readonly names: Partial<Record<Field, string>>;
  /** Everything else (networks append their own), as far as it fits into a conversion's metadata. */
  readonly extras: Record<string, string>;
  /** Whether the URL carries a signature. */
  readonly signature: boolean;
}

/**
 * Reads the query (and form body) of a classic postback. Names are matched without regard to case, empty values count as
 * absent, and of several names for one value ours goes first.
 */
export function readPostbackParameters(
  pairs: Iterable<readonly [string, string]>,
): { readonly ok: true; readonly value: PostbackParameters } | { readonly ok: false; readonly refusal: Refusal } {
  const values: Partial<Record<Field, string>> = {};
  const names: Partial<Record<Field, string>> = {};
  const extras = new Map<string, string>();
  let signature = false;
  let extrasBytes = 2;
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase();
    if (SIGNATURE_PARAMETERS.has(lower)) signature = true;
    else if (value !== '') {
      const field = FIELD_OF.get(lower);
      if (!field) {
        const kept = value.replaceAll(CONTROL, ' ');
        const bytes = Buffer.byteLength(JSON.stringify([name, kept])) + 1;
        if (!isExtraName(name) || extrasBytes + bytes > MAX_EXTRAS_BYTES || extras.has(name)) continue;
        extrasBytes += bytes;
        extras.set(name, kept);
      } else if (looksLikeMacro(value)) {
        const detail = `"${name}" holds a macro that the sender did not fill in. Use the macro of the system that sends this postback.`;
        return { ok: false, refusal: { reason: 'invalid_field', detail, field: name } };
      } else if (names[field] === lower && values[field] !== value) {
        const detail = `"${name}" stands there twice with different values; send it once.`;
        return { ok: false, refusal: { reason: 'invalid_field', detail, field: name } };
      } else if (!(field in names) || rank(field, lower) < rank(field, names[field])) {
        values[field] = value;
        names[field] = lower;
      }
    }
  }
  return { ok: true, value: { values, names, extras: Object.fromEntries(extras), signature } };
}

/** Whether metadata can hold a name; a postback is not refused for what a network appended to it. */
function isExtraName(name: string): boolean {
  return (
    name.length <= MAX_EXTRA_NAME && name !== '__proto__' && name.search(CONTROL) === -1 && /[\p{L}\p{N}_]/u.test(name)
  );
}

function rank(field: Field, name: string | undefined): number {
  return (ALIASES[field] as readonly (string | undefined)[]).indexOf(name);
}
