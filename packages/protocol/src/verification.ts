import { timingSafeEqual } from 'node:crypto';

/** A webhook id: no dot, because the signed content joins its parts with dots. */
export const WEBHOOK_ID_PATTERN: RegExp = /^[A-Za-z0-9_-]{1,64}$/;

/** How far a timestamp may be from the clock, in seconds, both ways. */
export const DEFAULT_TOLERANCE_SECONDS = 300;

/** Digits only: a parser that stops at the first letter would accept what nobody signed. */
const timestampPattern = /^\d{1,12}$/;

// Enough for any rotation; without a bound a long list makes the receiver compute for the attacker.
const MAX_SIGNATURES = 16;

/** Why a request is not taken as genuine. All of them are reasons of the closed list. */
export type VerifyReason = 'signature_missing' | 'signature_invalid' | 'timestamp_out_of_tolerance';

/** The result of checking a signature. `timestamp` is in unix seconds; `field` names the header or parameter to blame. */
export type VerifyResult =
  | { ok: true; id: string; timestamp: number }
  | { ok: false; reason: VerifyReason; field?: string; detail: string };

/** Names of the three parts, for messages. */
export interface PartNames {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** The three parts as they came with a request. */
export interface SignedParts {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/** Checks one entry of the list, e.g. version `v1` with its base64 text. */
export type CheckSignature = (version: string, signature: string, id: string, timestamp: string) => boolean;

/**
 * The order of checks common to all schemes: missing, malformed, signature, tolerance. Tolerance comes last, so that
 * "too old" is said only of genuine messages.
 */
export function verifyParts(
  parts: SignedParts,
  names: PartNames,
  nowMs: number,
  toleranceSeconds: number,
  check: CheckSignature,
): VerifyResult {
  const { id, timestamp, signature } = parts;
  if (!id) return missing(names.id);
  if (!timestamp) return missing(names.timestamp);
  if (!signature) return missing(names.signature);
  if (!WEBHOOK_ID_PATTERN.test(id)) {
    return invalid(names.id, `${names.id} must be 1-64 letters, digits, "_" or "-"`);
  }
  if (!timestampPattern.test(timestamp)) {
    return invalid(names.timestamp, `${names.timestamp} must be unix seconds, digits only`);
  }
  const match = signature.split(' ', MAX_SIGNATURES).some((entry) => {
    const comma = entry.indexOf(',');
    return comma > 0 && check(entry.slice(0, comma), entry.slice(comma + 1), id, timestamp);
  });
  if (!match) {
    return invalid(
      names.signature,
      'no signature matches: check the secret, and that the exact bytes sent are verified',
    );
  }
  const seconds = Number(timestamp);
  const age = Math.floor(nowMs / 1000) - seconds;
  if (Math.abs(age) > toleranceSeconds) {
    const distance = age > 0 ? `${age} s old` : `${-age} s in the future`;
    const detail = `the signature is genuine but ${distance}, allowed are ${toleranceSeconds} s: check the clocks`;
    return { ok: false, reason: 'timestamp_out_of_tolerance', field: names.timestamp, detail };
  }
  return { ok: true, id, timestamp: seconds };
}

/**
 * Compares two texts in a time that does not depend on where they differ.
 */
export function equalConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Checks what a sender puts into a signature.
 *
 * @throws RangeError when the id or timestamp would be refused by every receiver
 */
export function requireSignable(id: string, timestamp: number): void {
  if (!WEBHOOK_ID_PATTERN.test(id)) throw new RangeError('a webhook id has 1-64 letters, digits, "_" or "-"');
  if (!Number.isInteger(timestamp) || timestamp < 0 || timestamp > 999_999_999_999) {
    throw new RangeError('a webhook timestamp is whole unix seconds, not milliseconds or a date');
  }
}

/**
 * The tolerance to use.
 *
 * @throws RangeError when it is negative or not a finite number
 */
export function requireTolerance(toleranceSeconds: number = DEFAULT_TOLERANCE_SECONDS): number {
  if (!Number.isFinite(toleranceSeconds) || toleranceSeconds < 0) {
    throw new RangeError('toleranceSeconds must be a finite number, zero or more');
  }
  return toleranceSeconds;
}

function missing(field: string): VerifyResult {
  return { ok: false, reason: 'signature_missing', field, detail: `${field} is missing or empty` };
}

/** A result that refuses a part as not genuine. */
export function invalid(field: string, detail: string): VerifyResult {
  return { ok: false, reason: 'signature_invalid', field, detail };
}
