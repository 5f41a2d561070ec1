import type { ConversionMessage } from '@tallyback/protocol';
import type { Person } from '../../person.js';
import type { Prepared } from '../destination.js';

/** A conversion as an ad platform's event is built from it. */
export interface AdConversion {
  /** The event in the platform's words. */
  readonly event: string;
  /** What the platform recognises a repeated event by. */
  readonly eventId: string;
  /** When it happened, milliseconds since the epoch; never later than it was accepted. */
  readonly at: number;
  readonly data: ConversionMessage['data'];
  readonly person: Person;
  /** By the name of the parameter or cookie: `gclid`, `fbc`, ... */
  readonly clickIds: Readonly<Record<string, string | undefined>>;
}

/** The request body to freeze, or why there is none. */
export type Built =
  | { readonly body: object }
  /** Not meant for this platform: nothing about it could be matched there. */
  | { readonly skip: string }
  /** Meant for it, but it can never be taken. */
  | { readonly dead: string };

export const DAY_MS = 86_400_000;

/** The body as it is stored and sent. */
export function frozen(built: Built): Prepared {
  return 'body' in built ? JSON.stringify(built.body) : built;
}

export function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/**
 * The JSON number of a decimal amount. Amounts have at most 15 significant digits, which a double keeps exactly, and JSON
 * writes the shortest form that reads back the same.
 */
export function amount(decimal: string | undefined): number | undefined {
  return decimal === undefined ? undefined : Number(decimal);
}

/** The object without undefined members; undefined when none is left. */
export function present<T extends object>(members: T): T | undefined {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T);
}

/** How many pieces were ordered. */
export function pieces(items: AdConversion['data']['items']): number | undefined {
  return items?.reduce((sum, { quantity }) => sum + quantity, 0);
}
