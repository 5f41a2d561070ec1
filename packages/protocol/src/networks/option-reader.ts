import { CONVERSION_STATUSES, type ConversionStatus, EVENT_PATTERN } from '../conversion.js';
import { shownName, textFault, typeName } from '../field-reader.js';
import { isCurrency } from '../money.js';
import { nearest } from '../nearest.js';
import { NetworkOptionError } from './network-option-error.js';
import type { SendRules } from './sendable.js';

const MAX_TEXT = 2048;
const commonOptions = ['url', 'events', 'clickIdField'];

/** Reads the options of a network destination; every method throws a {@link NetworkOptionError} that names the option. */
export class OptionReader {
  private readonly given: Readonly<Record<string, unknown>>;

  private constructor(
    private readonly network: string,
    given: unknown,
    known: readonly string[],
    private readonly path: string,
  ) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      const detail = `must be an object, not ${typeName(given)}`;
      throw new NetworkOptionError(network, path === '' ? 'options' : path.slice(0, -1), detail);
    }
    const unknown = Object.keys(given).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      const suggestion = nearest(unknown, known);
      const hint = suggestion === undefined ? `known are ${known.join(', ')}` : `did you mean "${suggestion}"?`;
      const unknownOption = true;
      throw new NetworkOptionError(network, path + shownName(unknown), `is not an option; ${hint}`, { unknownOption });
    }
    this.given = given as Readonly<Record<string, unknown>>;
  }

  /** @param own the network's options beside the common ones */
  static open(network: string, given: unknown, own: readonly string[] = []): OptionReader {
    return new OptionReader(network, given, [...commonOptions, ...own], '');
  }

  /** A base URL as it is prefixed to paths: without a slash at its end. */
  baseUrl(name = 'url'): string {
    const text = this.get(name);
    if (typeof text !== 'string' || !URL.canParse(text)) {
      return this.fail(name, 'must be an absolute URL such as https://track.example.com');
    }
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') this.fail(name, 'must begin with https:// or http://');
    if (url.username !== '' || url.password !== '') this.fail(name, 'must not contain a user name or password');
    if (/[?#]/.test(text)) {
      this.fail(name, 'must be the base URL alone, without query and fragment; the parameters are added to it');
    }
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  }

  /** A text, when it is there. */
  text(name: string): string | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : this.checkedText(name, value);
  }

  /** A text that must be there. */
  requiredText(name: string, meaning: string): string {
    return this.text(name) ?? this.fail(name, `is missing: ${meaning}`);
  }

  /** A secret; one that is there but undefined is an environment variable that nobody set. */
  secret(name: string): string | undefined {
    if (Object.hasOwn(this.given, name) && this.get(name) === undefined) {
      this.fail(name, 'is undefined; when it comes from the environment, check that the variable is set');
    }
    return this.text(name);
  }

  /** `true` or `false`; default false. */
  flag(name: string): boolean {
    const value = this.get(name) ?? false;
    return typeof value === 'boolean' ? value : this.fail(name, `must be true or false, not ${typeName(value)}`);
  }

  /**
   * What can be sent, by the options that networks have in common.
   *
   * @param named whether the network has names or ids for events; default true
   */
  rules({ title, unmapped, named = true }: Pick<SendRules, 'title' | 'unmapped'> & { named?: boolean }): SendRules {
    const clickIdField = this.text('clickIdField');
    return { title, clickIdField, events: this.events({ named }), unmapped, currency: this.currency() };
  }

  /** The currency the network counts in. */
  private currency(): string | undefined {
    const text = this.text('currency');
    if (text === undefined || isCurrency(text)) return text;
    return this.fail('currency', 'must be an upper-case ISO 4217 code such as "EUR"');
  }

  /** The event map. @param named whether the network has names or ids for events; otherwise only `null` is allowed */
  private events({ named }: { named: boolean }): ReadonlyMap<string, string | null> {
    return new Map(
      this.entries('events').map(([event, theirs]) => {
        const path = `events.${shownName(event)}`;
        if (!EVENT_PATTERN.test(event)) this.fail(path, 'is not one of our events: lower-case letters, digits and "_"');
        if (theirs === null) return [event, null];
        if (!named) this.fail(path, 'must be null: this network has no names for events, only a plain conversion');
        return [event, this.checkedText(path, theirs)];
      }),
    );
  }

  /** A map from names of ours or theirs to texts. */
  texts(name: string, allowed: RegExp, keys: string): ReadonlyMap<string, string> {
    return new Map(
      this.entries(name).map(([key, value]) => {
        const path = `${name}.${shownName(key)}`;
        if (!allowed.test(key)) this.fail(path, `is not possible; keys here are ${keys}`);
        return [key, this.checkedText(path, value)];
      }),
    );
  }

  /** A map from our statuses to their words. */
  statuses(): Partial<Record<ConversionStatus, string>> {
    const keys = CONVERSION_STATUSES.join(', ');
    return Object.fromEntries(this.texts('statuses', new RegExp(`^(?:${CONVERSION_STATUSES.join('|')})$`), keys));
  }

  /** An object among the options, read the same way. */
  nested(name: string, known: readonly string[]): OptionReader | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    return new OptionReader(this.network, value, known, `${this.path}${name}.`);
  }

  /** Refuses an option. */
  fail(option: string, detail: string, cause?: unknown): never {
    throw new NetworkOptionError(this.network, this.path + option, detail, cause === undefined ? undefined : { cause });
  }

  private get(name: string): unknown {
    return this.given[name];
  }

  private entries(name: string): [string, unknown][] {
    const value = this.get(name) ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) this.fail(name, `must be an object, not ${typeName(value)}`);
    return Object.entries(value);
  }

  private checkedText(option: string, value: unknown): string {
    if (typeof value !== 'string') return this.fail(option, `must be a string, not ${typeName(value)}`);
    const detail = textFault(value, MAX_TEXT);
    return detail === undefined ? value : this.fail(option, detail);
  }
}
