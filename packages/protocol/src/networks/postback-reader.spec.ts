import { describe, expect, it } from '@jest/globals';
import { binom, cake, voluum } from './index.js';

const clickId = '01arz3ndektsv4rrffq69g5fav';
const metadataOf = (pairs: [string, string][]) => {
  const parsed = voluum.receive?.read([['cid', clickId], ['txid', '1'], ...pairs]);
  if (!parsed?.ok) throw new Error(JSON.stringify(parsed));
  return parsed.value.conversion.metadata;
};

describe('parameters that no field takes', () => {
  it('are kept, in their own spelling', () => {
    expect(
      metadataOf([
        ['Param1', 'a'],
        ['x-y', ' '],
      ]),
    ).toEqual({ Param1: 'a', 'x-y': ' ' });
  });

  it('may contradict themselves; the first stays', () => {
    expect(
      metadataOf([
        ['x', 'a'],
        ['X', 'b'],
      ]),
    ).toEqual({ x: 'a' });
  });

  it('never cost the conversion: what is too much or cannot be stored is left out', () => {
    const kept = metadataOf([
      ['long', 'x'.repeat(5000)],
      ['control', 'a\u0000b'],
      ['n'.repeat(65), 'x'],
      ['__proto__', 'x'],
      ...Array.from({ length: 500 }, (_, index): [string, string] => [`p${index}`, 'é"'.repeat(5)]),
    ]);
    expect(Object.keys(kept ?? {})[0]).toBe('p0');
    expect(Object.keys(kept ?? {}).length).toBeGreaterThan(50);
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(4096);
  });
});

describe('faults', () => {
  it('say what to send instead, name the parameter as it was written and never show its value', () => {
    const parsed = voluum.receive?.read([
      ['CID', clickId],
      ['Payout', '12,50'],
    ]);
    expect(parsed).toEqual({
      ok: false,
      faults: [
        {
          reason: 'invalid_field',
          field: 'Payout',
          detail: '"Payout" has a comma; send a decimal point and no thousands separators',
        },
      ],
    });
  });

  it('are all told at once', () => {
    const parsed = cake.receive?.read([
      ['r', '#reqid#'],
      ['p', '1,5'],
      ['ap', '{payout}'],
    ]);
    expect(parsed?.ok ? [] : parsed?.faults.map(({ field }) => field)).toEqual(['r', 'p', 'ap']);
  });
});

describe('two orders of one click', () => {
  const read = (receive: typeof voluum.receive, pairs: [string, string][]) => {
    const parsed = receive?.read(pairs, { transactionIdScope: 'click' });
    return parsed?.ok ? parsed.value.conversion.transactionId : undefined;
  };

  it('never share an id with one that has none', () => {
    const blank = read(voluum.receive, [['cid', clickId]]);
    const named = read(voluum.receive, [
      ['cid', clickId],
      ['txid', 'purchase'],
    ]);
    expect(blank).not.toBe(named);
  });

  it('with the same txid on different clicks stay apart when ids count inside a click', () => {
    const other = clickId.replace('01a', '02a');
    const ids = [clickId, other].map((id) =>
      read(voluum.receive, [
        ['cid', id],
        ['txid', '1'],
      ]),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('without transaction ids in the format are the same conversion', () => {
    const first = read(binom.receive, [
      ['cnv_id', clickId],
      ['payout', '1'],
    ]);
    expect(read(binom.receive, [['cnv_id', clickId]])).toBe(first);
  });
});
