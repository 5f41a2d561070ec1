import { currencyExponent, isCurrency } from '@tallyback/protocol';
import type { ReceiverFault as Fault } from './receiver-faults.js';

type Json = Record<string, unknown>;

const KNOWN = {
  message: ['type', 'timestamp', 'data'],
  data: [
    'clickId',
    'event',
    'transactionId',
    'revenue',
    'currency',
    'status',
    'occurredAt',
    'couponCode',
    'customerId',
    'items',
    'payout',
    'metadata',
  ],
  updated: ['clickId', 'event', 'transactionId', 'revenue', 'currency', 'status', 'occurredAt', 'metadata'],
  item: ['sku', 'quantity', 'unitPrice'],
};

/** What a receiver that is too kind makes of a message before it looks at it. */
export function misread(message: unknown, fault: Fault): unknown {
  if (!isObject(message)) return fault === 'takes anything for a message' ? {} : message;
  const copy = structuredClone(message);
  const data = isObject(copy.data) ? copy.data : undefined;
  if (!data) return copy;
  KINDNESSES[fault]?.(data, copy);
  return copy;
}

type Kindness = (data: Json, message: Json) => void;

const onAmounts =
  (change: (amount: string, currency: string) => string): Kindness =>
  (data) => {
    const currency = typeof data.currency === 'string' && isCurrency(data.currency) ? data.currency : 'EUR';
    for (const holder of [data, ...objects(data.items)]) {
      for (const name of ['revenue', 'payout', 'unitPrice']) {
        const amount = holder[name];
        if (typeof amount === 'string' || typeof amount === 'number') holder[name] = change(String(amount), currency);
      }
    }
  };

const onTexts =
  (change: (text: string) => string | undefined): Kindness =>
  (data) => {
    for (const [name, text] of Object.entries(data)) if (typeof text === 'string') data[name] = change(text);
  };

const KINDNESSES: Readonly<Partial<Record<Fault, Kindness>>> = {
  'drops fields that it does not know': (data, message) => {
    keep(message, KNOWN.message);
    keep(data, message.type === 'conversion.updated' ? KNOWN.updated : KNOWN.data);
    for (const item of objects(data.items)) keep(item, KNOWN.item);
  },
  'rounds amounts': onAmounts((amount, currency) =>
    /^\d+\.\d+$/.test(amount) ? Number(amount).toFixed(currencyExponent(currency)) : amount,
  ),
  'drops zeros behind an amount': onAmounts((amount) => (amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount)),
  'reads amounts as programs do': onAmounts((amount) => {
    const value = Math.abs(Number.parseFloat(amount.replace(/[ ,]/g, '')) || 0);
    return value.toFixed(2);
  }),
  'takes currencies in any case': (data) => {
    data.currency = String(data.currency).toUpperCase();
  },
  'takes any currency for its own': (data) => {
    data.currency = 'EUR';
  },
  'writes texts for numbers': (data) => {
    for (const name of ['transactionId', 'customerId', 'occurredAt']) {
      if (data[name] !== undefined && typeof data[name] !== 'string')
        data[name] = name === 'occurredAt' ? '2026-11-22T10:00:00Z' : String(data[name]);
    }
  },
  'takes what is empty for absent': (data) => {
    for (const [name, value] of Object.entries(data)) {
      const blank =
        value === null ||
        (typeof value === 'string' && value.trim() === '') ||
        (Array.isArray(value) && value.length === 0);
      if (blank) data[name] = name === 'transactionId' ? 'none' : undefined;
    }
  },
  'cuts what is too long': (data) => {
    onTexts((text) => [...text].slice(0, 64).join(''))(data, {});
    if (Array.isArray(data.items)) data.items = data.items.slice(0, 200);
    if (Buffer.byteLength(JSON.stringify(data.metadata ?? {})) > 4_096) delete data.metadata;
  },
  'counts metadata in characters': (data) => {
    if (JSON.stringify(data.metadata ?? {}).length <= 4_096) delete data.metadata;
  },
  'drops characters that it cannot store': onTexts((text) => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '')),
  'reads local times': (data, message) => {
    for (const [holder, name] of [
      [message, 'timestamp'],
      [data, 'occurredAt'],
    ] as const) {
      const time = holder[name];
      if (typeof time === 'string') holder[name] = time.replace('+01:00', 'Z').replace('02-30', '03-02');
    }
  },
  'takes what it does not know for the usual': (data, message) => {
    if (!['pending', 'approved', 'rejected', 'refunded'].includes(String(data.status))) delete data.status;
    if (!['conversion.created', 'conversion.updated'].includes(String(message.type)))
      message.type = 'conversion.created';
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(String(data.event))) delete data.event;
    if (!/^[0-7][0-9a-hjkmnp-tv-z]{25}$/i.test(String(data.clickId))) delete data.clickId;
  },
  'takes items as they are': (data) => {
    const items = objects(data.items).map(() => ({ sku: 'x', quantity: 1 }));
    if (data.items !== undefined) data.items = items.length > 0 ? items : undefined;
  },
  'flattens metadata': (data) => {
    if (data.metadata !== undefined) data.metadata = { flat: JSON.stringify(data.metadata).slice(0, 100) };
  },
  'adds a currency': (data) => {
    data.currency ??= 'EUR';
  },
  'calls an event without a name conversion': (data) => {
    data.event ??= 'conversion';
  },
  'gives what is missing a value': (data, message) => {
    message.type ??= 'conversion.created';
    message.timestamp ??= '2026-11-22T10:00:00Z';
    data.transactionId ??= 'none';
    if (message.type === 'conversion.updated' && data.revenue === undefined) data.status ??= 'approved';
  },
};

function keep(object: Json, known: readonly string[]): void {
  for (const name of Object.keys(object)) if (!known.includes(name)) delete object[name];
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
