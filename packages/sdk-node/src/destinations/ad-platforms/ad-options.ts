import type { ConversionMessage } from '@tallyback/protocol';
import { ConfigurationError } from '../../errors.js';
import type { DestinationOptions } from '../destination.js';
import { checkKnown } from '../known-options.js';

/** What every ad platform can be told. */
export interface AdPlatformOptions extends DestinationOptions {
  /** Our events in the platform's words: `{ lead: 'SubmitForm' }`. They go before the defaults. */
  readonly events?: Readonly<Record<string, string>>;
  /**
   * What the platform recognises a repeated event by; its browser pixel must be given the same, or both are counted.
   * Default: the transaction id. What it throws makes a dead letter, and so does a promise.
   */
  readonly eventId?: (message: ConversionMessage) => string;
  /** Where the platform is. Default: its documented address. */
  readonly baseUrl?: string;
}

/** @internal The options that are a platform's own, complete by their type. */
export type OwnOptions<Options extends object> = Readonly<
  Record<Exclude<keyof Options, keyof AdPlatformOptions>, true>
>;

/**
 * @internal Refuses options that do not exist, before any is read.
 *
 * @param maker as the user calls it, e.g. `metaConversions`
 * @param own the platform's own, the required ones first
 * @throws {ConfigurationError} naming the option
 */
export function checkAdOptions<Options extends object>(
  maker: string,
  options: Options,
  own: OwnOptions<Options>,
  common: readonly string[] = ['events', 'eventId', 'baseUrl'],
): void {
  checkKnown(maker, options, [...Object.keys(own), ...common]);
}

/** @internal A text option that must be there. @throws {ConfigurationError} */
export function required(option: string, value: string | undefined, pattern: RegExp, meaning: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw new ConfigurationError(option, `must be ${meaning}`);
}

/** @internal A switch that may be left out. @throws {ConfigurationError} */
export function flag(option: string, value: boolean | undefined): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true;
  throw new ConfigurationError(option, 'must be true or false');
}

/** @internal A text option that may be left out. @throws {ConfigurationError} */
export function optional(option: string, value: string | undefined, meaning: string): string | undefined {
  return value === undefined ? undefined : required(option, value, /\S/, meaning);
}

/** @internal What platforms have in common. @throws {ConfigurationError} */
export function checkShared({ events, eventId }: AdPlatformOptions): void {
  if (events !== undefined && (typeof events !== 'object' || events === null)) {
    throw new ConfigurationError('events', "must be an object of our events and the platform's names of them");
  }
  for (const [event, name] of Object.entries(events ?? {})) {
    if (typeof name !== 'string' || name.trim() === '') {
      throw new ConfigurationError(`events.${event}`, "must be the platform's name of the event");
    }
  }
  if (eventId !== undefined && typeof eventId !== 'function') {
    throw new ConfigurationError('eventId', 'must be a function of the message');
  }
}
