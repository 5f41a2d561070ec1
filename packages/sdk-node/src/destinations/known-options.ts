import { ConfigurationError } from '../errors.js';
import { instead } from '../nearest-option.js';
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

/** @internal What every destination can be told. */
export const COMMON_OPTIONS: readonly string[] = Object.keys(COMMON);

/** @internal Whether every destination takes this option. */
export function isCommonOption(name: string): name is keyof DestinationOptions {
  return Object.hasOwn(COMMON, name);
}

/**
 * @internal Refuses what is no object, and options that neither every destination knows nor this one.
 *
 * @param maker as the user calls it, e.g. `tracker`
 * @param own the destination's own options, the required ones first
 * @throws {ConfigurationError} naming the option, never its value
 */
export function checkKnown(maker: string, options: unknown, own: readonly string[]): void {
  checkObject(maker, options, own);
  const known = [...own, ...COMMON_OPTIONS];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigurationError(unknown, `is not an option of ${maker}(); ${instead(unknown, known)}`);
}

/** @internal @throws {ConfigurationError} when the options are no object */
export function checkObject(maker: string, options: unknown, own: readonly string[]): asserts options is object {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  const some = own.length === 0 ? '' : `, with ${own.join(', ')}`;
  throw new ConfigurationError('options', `of ${maker}() must be an object${some}`);
}

/** @internal Refuses members of an option that nobody would ever read. @throws {ConfigurationError} naming its path */
export function checkMembers(path: string, value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigurationError(`${path}.${unknown}`, `does not exist; ${instead(unknown, known)}`);
}
