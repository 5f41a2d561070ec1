import type { Dice } from './dice.js';

const ODD = [
  '',
  '0',
  '-1',
  'NaN',
  '1e400',
  '12,50',
  '1.005',
  '9'.repeat(40),
  'null',
  'undefined',
  '[object Object]',
  '{clickid}',
  '#reqid#',
  '%%x%%',
  '\u0024{x}',
  '__proto__',
  'constructor',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  'a'.repeat(300),
  'Ä€😀',
  '\u202e\ufeff',
  'EUR',
  'eur',
  'XXX',
  'approved',
  'purchase',
  'true',
  '2026-11-22T10:00:00Z',
  '01arz3ndektsv4rrffq69g5fav',
] as const;

/** Escapes that are broken, cut off, overlong or not UTF-8, as they stand in a URL or form. */
const ESCAPES = [
  '%',
  '%z',
  '%zz',
  '%0',
  '%00',
  '%ff',
  '%c0%af',
  '%ed%a0%80',
  '%u0041',
  '%25',
  '+',
  '%2B',
  '%0d%0a',
  '&amp;',
  ';',
  '=',
  '&&',
  '[]',
  '#x',
] as const;

const NAMES = [
  'clickid',
  'click_id',
  'cid',
  'CLICKID',
  'txid',
  'order_id',
  'event',
  'et',
  'type',
  'revenue',
  'amount',
  'sum',
  'payout',
  'currency',
  'status',
  'advertiser',
  'token',
  'tb_id',
  'tb_ts',
  'tb_sig',
  'sub1',
  'clickid[]',
  'a[b]',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '',
  ' ',
  'x'.repeat(80),
  'reqid',
  'tid',
  'nid',
  'oid',
  'aff_sub',
  'cnv_id',
  'security_token',
] as const;

/** A value that no sender should send, as text. */
export function oddValue(dice: Dice): string {
  return dice.chance(10) ? dice.text('abc01.-_/{}[]"\'\\ \n\t', dice.below(60)) : dice.pick(ODD);
}

/** A query or form of random parameters; `named` are put into it well-formed, wherever. */
export function oddParameters(dice: Dice, named: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(named).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  for (let i = dice.below(8); i > 0; i--) {
    const value = dice.chance(40) ? dice.pick(ESCAPES) : encodeValue(dice, oddValue(dice));
    pairs.splice(dice.below(pairs.length + 1), 0, `${encodeURIComponent(dice.pick(NAMES))}=${value}`);
  }
  if (dice.chance(5)) pairs.push(`long=${'y'.repeat(dice.below(9_000))}`);
  return pairs.join('&');
}

/** Encoded as it must be for a request line to stay one, and no more. */
function encodeValue(dice: Dice, value: string): string {
  return dice.chance(50) ? encodeURIComponent(value) : encodeURIComponent(value).replaceAll('%20', '+');
}

/** A JSON value of any kind, nested a little. */
export function oddJson(dice: Dice, depth = 0): unknown {
  switch (dice.below(depth > 3 ? 6 : 9)) {
    case 0:
      return null;
    case 1:
      return dice.chance(50);
    case 2:
      return dice.pick([0, -0, 1.5, -1, 1e21, Number.MAX_SAFE_INTEGER, 5e-324]);
    case 6:
      return Array.from({ length: dice.below(4) }, () => oddJson(dice, depth + 1));
    case 7:
    case 8:
      return Object.fromEntries(
        Array.from({ length: dice.below(4) }, () => [dice.pick(NAMES), oddJson(dice, depth + 1)]),
      );
    default:
      return oddValue(dice);
  }
}
