import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConversionMessage } from '../conversion.js';
import { findNetwork, type Network, networks } from './index.js';

const options: Readonly<Record<string, object>> = {
  everflow: { url: 'https://t.example', networkId: '12', verificationToken: 't0ken' },
  tune: { url: 'https://t.example', offerId: '26', securityToken: 't0ken' },
  keitaro: { url: 'https://t.example', postbackKey: 'k3y' },
  thrivetracker: {
    url: 'https://t.example/cb?click={clickid}&order={transaction_id}&sum={revenue}&cur={currency}',
  },
};
const senderOf = (network: Network) => network.send.configure(options[network.name] ?? { url: 'https://t.example' });

// What `parseConversion` lets through as a transaction id.
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((value) => /[^\s\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(value) && !/[\p{Cc}\p{Cs}]/u.test(value));
const euros = fc
  .bigInt({ min: 0n, max: 10n ** 15n - 1n })
  .map((cents) => `${cents / 100n}.${(cents % 100n).toString().padStart(2, '0')}`);
const clickId = fc.stringMatching(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
const message = fc.record({ clickId, transactionId: text, revenue: euros }).map(
  (data): ConversionMessage => ({
    type: 'conversion.created',
    timestamp: '2026-11-22T10:00:00.000Z',
    data: { ...data, event: 'purchase', currency: 'EUR' },
  }),
);

/** Networks whose postback has no transaction id, or has it in no field that can be told apart. */
const withoutTransactionId = new Set(['binom']);
const settings = {
  thrivetracker: {
    parameters: { clickId: 'click', transactionId: 'order', revenue: 'sum', currency: 'cur' },
  },
};

describe.each(networks.map(({ name }) => name))('%s', (name) => {
  const network = findNetwork(name) as Network;
  const sender = senderOf(network);

  it('writes a URL that parses, is plain ASCII and keeps its origin and every value', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const result = sender.request(sent);
        if (!result.ok) throw new Error(result.why);
        const { url } = result.request;
        expect(url).toMatch(/^[\x21-\x7e]*$/);
        const parsed = new URL(url);
        expect(parsed.href).toBe(url);
        expect(parsed.origin).toBe('https://t.example');
        const values = [...parsed.searchParams.values()];
        expect(values).toContain(sent.data.clickId);
        expect(values).toContain(sent.data.revenue);
        if (!withoutTransactionId.has(name)) expect(values).toContain(sent.data.transactionId);
      }),
    );
  });

  it('writes the same request for the same message', () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(senderOf(network).request(sent)).toEqual(sender.request(structuredClone(sent)));
      }),
    );
  });

  it('understands any answer without throwing, and calls none delivered that is no success', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 700 }), fc.uint8Array({ maxLength: 300 }), (status, bytes) => {
        const verdict = sender.classify({ status, body: Buffer.from(bytes).toString() });
        if (status < 200 || status > 299) expect(verdict.outcome).not.toBe('delivered');
      }),
    );
    expect(sender.classify({ status: Number.NaN, body: '\ud800' }).outcome).toBe('retry');
  });

  it('reads whatever comes in without throwing, and never shows a value in a fault', () => {
    const { receive } = network;
    if (!receive) return;
    const names = fc.constantFrom(
      ...['cid', 'r', 't', 'transaction_id', 'clickid', 'subid', 'cnv_id', 'payout', 'amount', 'status', 'et', 'e'],
      ...['ecsk', 'ecqu', 'ecpr', 'currency', 'sale_status', '__proto__', 'constructor', 'x'],
    );
    const value = fc.oneof(clickId, euros, fc.string({ unit: 'binary' }), fc.constant('{secretvalue}'));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(names, fc.string()), value)), (pairs) => {
        const parsed = receive.read(pairs);
        expect(JSON.stringify(parsed.ok || parsed.faults.map(({ detail }) => detail))).not.toContain('secretvalue');
        expect(parsed.ok || parsed.faults.length > 0).toBe(true);
      }),
    );
  });

  it('reads back what it wrote: click id, transaction id, revenue, currency', () => {
    const { receive } = network;
    if (!receive) return;
    fc.assert(
      fc.property(message, (sent) => {
        // What looks like a macro, or like bytes that were not UTF-8, is refused as such.
        fc.pre(!/[{[#$<%_\uFFFD]/.test(sent.data.transactionId));
        const result = sender.request(sent);
        if (!result.ok) throw new Error(result.why);
        const { searchParams } = new URL(result.request.url);
        const parsed = receive.read(searchParams, {
          currency: 'EUR',
          ...settings[name as keyof typeof settings],
        });
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
        const { conversion, derivedTransactionId } = parsed.value;
        expect(conversion).toMatchObject({
          clickId: sent.data.clickId,
          event: 'purchase',
          revenue: sent.data.revenue,
          currency: 'EUR',
        });
        expect(derivedTransactionId).toBe(withoutTransactionId.has(name));
        if (!derivedTransactionId) expect(conversion.transactionId).toBe(sent.data.transactionId);
      }),
    );
  });
});
