import { ConfigurationError } from '../errors.js';
import type { DestinationOptions } from './destination.js';

// Complete by its type.
const COMMON: Readonly<Record<keyof DestinationOptions, true>> = {
  on: true,
  when: true,
  map: true,
  concurrency: true,
  ratePerSecond: true,
  burst: true,
  windowMs: true,
  timeoutMs: true,
  breaker: true,
};

/** @internal Whether every destination takes this option. */
export function isCommonOption(name: string): name is keyof DestinationOptions {
  return Object.hasOwn(COMMON, name);
}

/**
 * @internal Refuses what is no object, and options that neither every destination knows nor this one.
 *
 * @param own the destination's own options, the required ones first
 * @throws {ConfigurationError} naming the option, never its value
 */
export function checkKnown(kind: string, options: unknown, own: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigurationError('options', `of ${kind}() must be an object, with any of ${own.join(', ')}`);
  }
  const unknown = Object.keys(options).find((name) => !own.includes(name) && !isCommonOption(name));
  if (unknown === undefined) return;
  const known = [...own, ...Object.keys(COMMON)].join(', ');
  throw new ConfigurationError(unknown, `is not an option of ${kind}(); known are ${known}`);
}
