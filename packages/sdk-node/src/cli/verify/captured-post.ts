import { createHash } from 'node:crypto';
import {
  createSigner,
  createVerifier,
  HEADER_ID,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  type VerifyResult,
} from '@tallyback/protocol';
import type { CheckResult } from './check.js';
import { explainBody } from './explain-body.js';
import { explainHeaders } from './explain-headers.js';
import type { Headers } from './headers.js';

export interface CapturedPost {
  readonly headers: Headers;
  readonly body: Buffer;
  readonly keys: readonly string[];
  /** When it was received, in milliseconds; `undefined` leaves the age out of the judgement. */
  readonly at: number | undefined;
  readonly toleranceSeconds: number;
}

/**
 * Checks the signature of a captured request (Standard Webhooks 1.0.0) and, when it does not match, tries what usually
 * happens to requests on their way to find out what differs.
 *
 * @throws KeyError when a key cannot be used
 */
export function checkPost(captured: CapturedPost): CheckResult {
  const { headers, body, keys } = captured;
  const id = headers.get(HEADER_ID);
  const timestamp = headers.get(HEADER_TIMESTAMP);
  const signature = headers.get(HEADER_SIGNATURE);
  const verifier = createVerifier(keys, { toleranceSeconds: captured.toleranceSeconds });
  const parts = { id, timestamp, signature };
  const at = captured.at ?? Number(timestamp) * 1000;
  const result = verifier.verify({ ...parts, body, now: at });
  const shown = {
    ...(id === undefined || timestamp === undefined ? {} : { base: baseOf(id, timestamp, body) }),
    ...(signature === undefined ? {} : { received: signature }),
  };
  const facts = factsOf(result);
  if (result.ok || result.reason === 'timestamp_out_of_tolerance') {
    return { ...facts, ...shown, ...(id === undefined ? {} : { id }), timestamp: Number(timestamp), explanations: [] };
  }
  const genuine = (changed: Buffer) => verifier.verify({ ...parts, body: changed, now: Number(timestamp) * 1000 }).ok;
  const fromHeaders = explainHeaders({ headers, keys, body });
  const explanations = fromHeaders.length > 0 ? fromHeaders : explainBody(body, genuine);
  const expected = expectedOf(captured, id, timestamp);
  return { ...facts, ...shown, ...(expected === undefined ? {} : { expected }), explanations };
}

function factsOf(result: VerifyResult): Pick<CheckResult, 'genuine' | 'reason' | 'detail' | 'field'> {
  if (result.ok) return { genuine: true, detail: 'the signature is genuine' };
  const { reason, detail, field } = result;
  const genuine = reason === 'timestamp_out_of_tolerance';
  return { genuine, reason, detail, ...(field === undefined ? {} : { field }) };
}

/** Only shared secrets can say what belongs there. */
function expectedOf({ keys, body }: CapturedPost, id?: string, timestamp?: string): string | undefined {
  const secrets = keys.filter((key) => key.startsWith('whsec_'));
  if (secrets.length === 0 || id === undefined || timestamp === undefined) return undefined;
  try {
    return createSigner(secrets).sign({ id, timestamp: Number(timestamp), body });
  } catch (error) {
    // An id or time that cannot be signed is what is wrong, and is said as such.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function baseOf(id: string, timestamp: string, body: Buffer): string {
  const digest = createHash('sha256').update(body).digest('hex');
  return `${id}.${timestamp}.<body: ${body.length} bytes, SHA-256 ${digest}>`;
}
