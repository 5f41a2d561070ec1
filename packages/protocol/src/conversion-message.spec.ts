import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import vectors from '../vectors/conversion.json' with { type: 'json' };
import { CONVERSION_STATUSES, type ConversionMessage, MAX_MESSAGE_BYTES } from './conversion.js';
import {
  parseConversion,
  parseConversionMessage,
  parseConversionUpdate,
  parseMessageBytes,
  serializeMessage,
} from './conversion-message.js';
import type { Parsed } from './faults.js';

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const faultsOf = (parsed: Parsed<unknown>): string[] =>
  parsed.ok ? [] : parsed.faults.map(({ reason, field }) => `${reason} ${field}`).sort();

const created = (data: object) => ({
  type: 'conversion.created',
  timestamp: '2026-11-22T10:00:00.000Z',
  data: { transactionId: 'A-1', ...data },
});

describe('conversion vectors', () => {
  it.each(vectors.valid)('valid: $description', ({ message, normalised }) => {
    expect(parseConversionMessage(message)).toEqual({ ok: true, value: normalised });
    expect(parseMessageBytes(bytesOf(message))).toEqual({ ok: true, value: normalised });
  });

  it.each(vectors.invalid)('invalid: $description', ({ message, faults }) => {
    const expected = faults.map(({ reason, field }) => `${reason} ${field}`).sort();
    expect(faultsOf(parseConversionMessage(message))).toEqual(expected);
  });

  it.each(vectors.invalidBodies)('invalid body: $description', ({ bodyBase64, faults }) => {
    const expected = faults.map(({ reason, field }) => `${reason} ${field}`);
    expect(faultsOf(parseMessageBytes(Buffer.from(bodyBase64, 'base64')))).toEqual(expected);
  });

  it.each(vectors.serialized)('serialized: $description', ({ message, json }) => {
    expect(serializeMessage(message as ConversionMessage)).toBe(json);
  });
});

describe('conversion properties', () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((value) => /[^\s\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(value) && !/[\p{Cc}\p{Cs}]/u.test(value));
  const cents = fc.bigInt({ min: 0n, max: 10n ** 15n - 1n });
  const euros = cents.map((value) => `${value / 100n}.${(value % 100n).toString().padStart(2, '0')}`);
  const time = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  const clickId = fc.stringMatching(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  const metadata = fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    { maxKeys: 8 },
  );
  const conversion = fc.record(
    {
      transactionId: text,
      currency: fc.constantFrom('EUR', 'USD', 'GBP'),
      clickId,
      event: fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/),
      revenue: euros,
      status: fc.constantFrom(...CONVERSION_STATUSES),
      occurredAt: time.map((date) => date.toISOString()),
      couponCode: text,
      customerId: text,
      items: fc.array(
        fc.record(
          { sku: text, quantity: fc.integer({ min: 1, max: 1_000_000 }), unitPrice: euros },
          { requiredKeys: ['sku', 'quantity'] },
        ),
        { minLength: 1, maxLength: 5 },
      ),
      payout: euros,
      metadata,
    },
    { requiredKeys: ['transactionId', 'currency'] },
  );

  it('a message that was read, written and read again is the same', () => {
    fc.assert(
      fc.property(conversion, time, (data, timestamp) => {
        const first = parseConversionMessage({
          type: 'conversion.created',
          timestamp: timestamp.toISOString(),
          data,
        });
        if (!first.ok) throw new Error(JSON.stringify(first.faults));
        const written = serializeMessage(first.value);
        const second = parseMessageBytes(Buffer.from(written));
        expect(second).toEqual(first);
        expect(second.ok && serializeMessage(second.value)).toBe(written);
      }),
    );
  });

  it('a conversion loses nothing when it is read', () => {
    fc.assert(
      fc.property(conversion, (data) => {
        const expected = JSON.parse(JSON.stringify({ event: 'purchase', ...data })) as object;
        expect(parseConversion(data)).toEqual({ ok: true, value: expected });
      }),
    );
  });

  it('no JSON value makes the parser throw, and what it refuses has faults', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const parsed of [parseConversionMessage(value), parseConversion(value), parseConversionUpdate(value)]) {
          expect(parsed.ok || parsed.faults.length > 0).toBe(true);
        }
      }),
    );
  });

  it('no bytes make the parser throw', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        expect(parseMessageBytes(body).ok).toBe(false);
      }),
    );
  });

  it('a value never appears in what is said about it, since it may be personal data', () => {
    const secret = 'jane.doe@example.com';
    const fields = ['clickId', 'event', 'transactionId', 'revenue', 'currency', 'status', 'occurredAt', 'items'];
    for (const field of [...fields, 'metadata', 'payout', 'couponCode']) {
      const parsed = parseConversion({ transactionId: 'A-1', [field]: `${secret}\n` });
      expect(parsed.ok).toBe(false);
      expect(JSON.stringify(parsed)).not.toContain(secret);
    }
    expect(JSON.stringify(parseMessageBytes(Buffer.from(secret)))).not.toContain(secret);
  });
});

describe('field paths', () => {
  it('start at the conversion itself unless a path is given', () => {
    expect(faultsOf(parseConversion({ revenue: 1 }))).toEqual([
      'invalid_field revenue',
      'missing_field currency',
      'missing_field transactionId',
    ]);
    expect(faultsOf(parseConversionUpdate({}, { path: 'messages[3].data' }))).toEqual([
      'missing_field messages[3].data.status',
      'missing_field messages[3].data.transactionId',
    ]);
    expect(faultsOf(parseConversion('x', { path: 'data' }))).toEqual(['invalid_field data']);
  });
});

describe('details', () => {
  const detailOf = (data: object): string => {
    const parsed = parseConversion(data);
    return parsed.ok ? '' : (parsed.faults[0]?.detail ?? '');
  };

  it.each([
    ['revenu', 'revenue'],
    ['orderId', 'transactionId'],
    ['amount', 'revenue'],
    ['click_id', 'clickId'],
    ['coupon', 'couponCode'],
    ['ocurredAt', 'occurredAt'],
  ])('of the unknown field %s name %s', (field, meant) => {
    expect(detailOf({ transactionId: 'A-1', [field]: 'x' })).toContain(`did you mean "${meant}"?`);
  });

  it('of a field like none list the known ones', () => {
    expect(detailOf({ transactionId: 'A-1', zzzzzzzz: 1 })).toContain('known here: clickId, event, transactionId');
  });

  it('of a number as amount say to send a string', () => {
    expect(detailOf({ transactionId: 'A-1', revenue: 49.9, currency: 'EUR' })).toContain('decimal string');
  });

  it('of a currency in lower case name it in upper case', () => {
    expect(detailOf({ transactionId: 'A-1', currency: 'eur' })).toContain('did you mean "EUR"?');
  });

  it('of a field name with control characters or of great length show it shortened and safe', () => {
    const parsed = parseConversion({ transactionId: 'A-1', [`a\n${'b'.repeat(100)}`]: 1 });
    const field = parsed.ok ? '' : parsed.faults[0]?.field;
    expect(field).toBe(`a\u{fffd}${'b'.repeat(61)}…`);
  });
});

describe('sizes', () => {
  const item = { sku: 'X', quantity: 1 };

  it('a body of 32 KiB is read, one byte more is not', () => {
    const json = JSON.stringify(created({}));
    expect(parseMessageBytes(Buffer.from(json.padEnd(MAX_MESSAGE_BYTES))).ok).toBe(true);
    expect(faultsOf(parseMessageBytes(Buffer.from(json.padEnd(MAX_MESSAGE_BYTES + 1))))).toEqual([
      'malformed_request ',
    ]);
  });

  it('200 items are read, 201 are not', () => {
    expect(parseConversionMessage(created({ items: Array(200).fill(item) })).ok).toBe(true);
    expect(faultsOf(parseConversionMessage(created({ items: Array(201).fill(item) })))).toEqual([
      'invalid_field data.items',
    ]);
  });

  it('a conversion whose message would exceed 32 KiB is refused when it is made, not when it is sent', () => {
    const items = Array(200).fill({ sku: 'é'.repeat(128), quantity: 1 });
    expect(faultsOf(parseConversion({ transactionId: 'A-1', items }))).toEqual(['invalid_field items']);
  });

  it('4,096 bytes of metadata are kept, one more is refused', () => {
    const metadata = (bytes: number) => ({ note: 'x'.repeat(bytes - '{"note":""}'.length) });
    expect(parseConversionMessage(created({ metadata: metadata(4096) })).ok).toBe(true);
    expect(faultsOf(parseConversionMessage(created({ metadata: metadata(4097) })))).toEqual([
      'invalid_field data.metadata',
    ]);
  });

  it('thousands of faults are not all listed', () => {
    const data = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`x${index}`, 1]));
    expect(faultsOf(parseConversionMessage(created(data)))).toHaveLength(100);
  });
});

it('negative zero, which JSON cannot say, is zero', () => {
  const parsed = parseConversion({ transactionId: 'A-1', metadata: { balance: -0 } });
  expect(parsed.ok && Object.is(parsed.value.metadata?.balance, 0)).toBe(true);
});

describe('prototypes', () => {
  it('inherited fields are not read', () => {
    const inherited = Object.create({ transactionId: 'A-1' }) as object;
    expect(faultsOf(parseConversion(inherited))).toEqual(['missing_field transactionId']);
  });

  it('what a library has added to all objects becomes no part of a conversion', () => {
    const everywhere = Object.prototype as unknown as Record<string, unknown>;
    everywhere.couponCode = 'SPRING';
    everywhere.added = 'everywhere';
    try {
      const parsed = parseConversion({ transactionId: 'A-1' });
      expect(parsed.ok && Object.keys(parsed.value)).toEqual(['event', 'transactionId']);
    } finally {
      delete everywhere.couponCode;
      delete everywhere.added;
    }
  });

  it('fields set to undefined are absent', () => {
    expect(parseConversion({ transactionId: 'A-1', clickId: undefined, items: undefined })).toEqual({
      ok: true,
      value: { transactionId: 'A-1', event: 'purchase' },
    });
  });
});
