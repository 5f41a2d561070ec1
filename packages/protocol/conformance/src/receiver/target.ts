import { readSecret, readSigningKey, type SigningKey, strangersSecret, strangersSigningKey } from '../keys.js';
import type { KeyName, Need } from './case.js';

/** What is judged, and what it knows of us. */
export interface Target {
  /** Base URL, without a slash at its end; may have a path. */
  readonly url: string;
  readonly advertiser: string;
  readonly secret: string;
  /** A click of an offer of the advertiser. */
  readonly clickId: string;
  /** A second active secret. */
  readonly nextSecret?: string;
  /** The `whsk_` key whose public half the receiver has. */
  readonly signingKey?: string;
  /** What proves another advertiser, which signs nothing; with a click of an offer of its own. */
  readonly token?: { readonly value: string; readonly clickId: string };
  /** How far a timestamp may be from the receiver's clock, in seconds. */
  readonly toleranceSeconds: number;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
}

export type TargetKeys = Readonly<Partial<Record<KeyName, SigningKey>>>;

/** @throws RangeError, whose message begins with the option, for a key that is none */
export function keysOf(target: Pick<Target, 'secret' | 'nextSecret' | 'signingKey'>): TargetKeys {
  const secret = named('--secret', () => readSecret(target.secret));
  const { nextSecret, signingKey } = target;
  return {
    secret,
    secretAsText: { ...secret, secret: Buffer.from(secret.text) },
    stranger: strangersSecret(),
    strangersSigningKey: strangersSigningKey(),
    ...(nextSecret !== undefined && { nextSecret: named('--next-secret', () => readSecret(nextSecret)) }),
    ...(signingKey !== undefined && { signingKey: named('--signing-key', () => readSigningKey(signingKey)) }),
  };
}

/** Whether the target has what cases need. */
export function meets(target: Target, need: Need): boolean {
  return target[need] !== undefined;
}

/** The option by which a need of cases is met. */
export const NEED_OPTION: Readonly<Record<Need, string>> = {
  nextSecret: '--next-secret',
  signingKey: '--signing-key',
  token: '--token and --token-click-id',
};

function named<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RangeError(`${option} ${(error as Error).message}`);
  }
}
