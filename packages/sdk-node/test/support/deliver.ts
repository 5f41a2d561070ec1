import { createHash } from 'node:crypto';
import { type ConversionMessage, parseConversionMessage } from '@tallyback/protocol';
import type { Destination, PrepareContext, Prepared, Verdict } from '../../src/destinations.js';
import type { Person } from '../../src/person.js';

export const NOW = Date.parse('2026-11-22T10:00:00.000Z');
export const CLICK_ID = '01jd9zq5r8x4m2n6p0s3t7v1wy';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A message as `convert()` makes it. */
export function message(
  data: Partial<ConversionMessage['data']> = {},
  type: ConversionMessage['type'] = 'conversion.created',
): ConversionMessage {
  const parsed = parseConversionMessage({
    type,
    timestamp: '2026-11-22T10:00:00.000Z',
    data: { transactionId: 'A-1001', revenue: '49.90', currency: 'EUR', ...data },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
}

export const jane: Person = {
  email: ' Jane.Doe+news@Example.com',
  phone: '+49 (0)151 2345678',
  firstName: 'Jane',
  lastName: "O'Hara",
  city: 'Bad Homburg',
  region: 'HE',
  postalCode: '61348',
  country: 'DE',
  externalId: 'C_81',
  ipAddress: '203.0.113.9',
  userAgent: 'Mozilla/5.0',
  sourceUrl: 'https://shop.example/thanks?order=A-1001',
  birthDate: '1990-02-28',
};

export function freeze(destination: Destination, given: ConversionMessage, context: PrepareContext = {}): Prepared {
  return destination.prepare?.(given, context) ?? JSON.stringify(given);
}

/** The frozen body, which must exist. */
export function frozen(destination: Destination, given: ConversionMessage, context?: PrepareContext): string {
  const prepared = freeze(destination, given, context);
  if (typeof prepared !== 'string') throw new Error(JSON.stringify(prepared));
  return prepared;
}

/** One attempt over real HTTP. */
export async function attempt(destination: Destination, body: string, now = NOW): Promise<Verdict> {
  const request = await destination.toRequest({ id: 'message-1', body, attempt: 1, now });
  const { origin, path, method, headers } = request;
  const init = { method, headers, body: request.body ?? null, redirect: 'manual' } as const;
  const response = await fetch(`${origin}${path}`, init);
  const answer = {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
  return destination.classify(answer, now);
}
