import { readPublicKey, readSecret, type VerifyingKey } from '../keys.js';
import type { SenderNeed } from './case.js';

/** How a sender is judged. */
export interface SenderSettings {
  readonly advertiser: string;
  /** At least one of the keys is there. */
  readonly secret?: string;
  readonly nextSecret?: string;
  readonly publicKey?: string;
  /** What `Retry-After` asks for, in seconds. */
  readonly retryAfterSeconds: number;
  /** So many attempts a sender makes at least before it gives up. */
  readonly attempts: number;
  /** After an answer that asks for another attempt a sender waits at least so long, in milliseconds. */
  readonly minDelayMs: number;
  /** When everything has come, it must stay silent for so long, in milliseconds. */
  readonly quietMs: number;
  /** After so long the result is drawn, whatever has come, in milliseconds. */
  readonly limitMs: number;
  /** How far a timestamp may be from the clock, in seconds. */
  readonly toleranceSeconds: number;
}

export type SenderKeys = Readonly<Partial<Record<'secret' | SenderNeed, VerifyingKey>>>;

/** The option by which a need of cases is met. */
export const NEED_OPTION: Readonly<Record<SenderNeed, string>> = {
  nextSecret: '--next-secret',
  publicKey: '--public-key',
};

/** @throws RangeError, whose message begins with the option, for a key that is none */
export function senderKeys({ secret, nextSecret, publicKey }: SenderSettings): SenderKeys {
  return {
    ...(secret !== undefined && { secret: named('--secret', () => readSecret(secret)) }),
    ...(nextSecret !== undefined && { nextSecret: named('--next-secret', () => readSecret(nextSecret)) }),
    ...(publicKey !== undefined && { publicKey: named('--public-key', () => readPublicKey(publicKey)) }),
  };
}

function named<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RangeError(`${option} ${(error as Error).message}`);
  }
}
