import { createSigner, HEADER_ADVERTISER } from '@tallyback/protocol';
import { SECRETS } from '../support/catalog.js';
import type { Dice } from './dice.js';
import { type FuzzRequest, whole } from './fuzz-request.js';
import { type Known, oddHeader, slow } from './malformed-postbacks.js';
import { oddJson, oddValue } from './odd-values.js';

const signer = createSigner(SECRETS.acme);
const FIELDS = [
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
  '__proto__',
  'extra',
] as const;

/** Signed messages with faults in body, headers or signature; the delivery id is the marker. */
export function malformedMessage(dice: Dice, marker: string, known: Known): FuzzRequest {
  const body = dice.chance(70) ? faultyMessage(dice, marker, known) : hostileBytes(dice, marker);
  const headers = new Map<string, string>([
    ['Content-Type', 'application/json'],
    [HEADER_ADVERTISER, dice.pick(['acme', 'acme', 'acme', 'rival', 'nobody', ''])],
    ...Object.entries(signer.headers({ id: marker, timestamp: Math.floor(Date.now() / 1000), body })),
  ]);
  const kind = dice.chance(30) ? spoilHeader(dice, headers) : 'message';
  const sent = dice.chance(15) ? flipped(dice, body) : body;
  const path = dice.pick(['/v1/conversions', '/v1/conversions', '/v1/conversions', '/v1/conversions/batch']);
  const bytes = whole('POST', `${path}?fz=${marker}`, [...headers], sent);
  if (dice.chance(10)) return { kind: `${kind} slow`, pieces: slow(dice, bytes), marker };
  return { kind, pieces: [bytes], marker };
}

function faultyMessage(dice: Dice, marker: string, known: Known): Buffer {
  const data: Record<string, unknown> = {
    transactionId: marker,
    clickId: dice.pick([...known.clickIds, '01arz3ndektsv4rrffq69g5fav']),
    revenue: '10.00',
    currency: 'EUR',
  };
  for (let i = dice.below(4); i > 0; i--) {
    const field = dice.pick(FIELDS);
    if (dice.chance(25)) delete data[field];
    else
      Object.defineProperty(data, field, {
        value: dice.chance(50) ? oddValue(dice) : oddJson(dice),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  const message = {
    type: dice.pick(['conversion.created', 'conversion.updated', 'conversion.deleted']),
    timestamp: new Date().toISOString(),
    data,
  };
  const batch = { messages: [message, dice.chance(50) ? message : oddJson(dice)] };
  return Buffer.from(JSON.stringify(dice.chance(10) ? batch : message));
}

/** Bodies made to hurt a parser or what stands behind it. */
function hostileBytes(dice: Dice, marker: string): Buffer {
  const start = `{"type":"conversion.created","data":{"transactionId":"${marker}",`;
  return dice.pick([
    () => Buffer.from('['.repeat(30_000)),
    () => Buffer.from(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
    () => Buffer.from(`${start}"revenue":1${'0'.repeat(1_000)}}}`),
    () => Buffer.from(`${start}"transactionId":"other"}}`),
    () => Buffer.from(`${start}"event":"\\ud800"}}`),
    () => Buffer.from(`${start}"clickId":"\\u0000"}}`),
    () => Buffer.concat([Buffer.from(start), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}}')]),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(`${start}"currency":"EUR"}}`)]),
    () => Buffer.from(`${start}"metadata":{"a":"${'x'.repeat(dice.pick([5_000, 33_000, 120_000]))}"}}}`),
    () => Buffer.alloc(dice.pick([0, 1, 1_200_000]), ' '),
    () => Buffer.from('null'),
    () => dice.bytes(dice.below(500)),
  ])();
}

function spoilHeader(dice: Dice, headers: Map<string, string>): string {
  // The id stays: by it the row is found.
  const names = [...headers.keys()].filter((name) => name !== 'webhook-id');
  const name = dice.pick(names);
  if (dice.chance(40)) headers.delete(name);
  else headers.set(name, oddHeader(dice));
  return `message with ${name} ${JSON.stringify(headers.get(name)?.slice(0, 40))}`;
}

function flipped(dice: Dice, body: Buffer): Buffer {
  if (body.length === 0) return body;
  const copy = Buffer.from(body);
  const at = dice.below(copy.length);
  copy[at] = (copy[at] as number) ^ (1 << dice.below(8));
  return copy;
}
