import { parseClickId } from '../click-id.js';
import { type Conversion, type ConversionStatus, DEFAULT_EVENT, EVENT_PATTERN } from '../conversion.js';
import { parseConversion } from '../conversion-message.js';
import type { Fault, Parsed } from '../faults.js';
import { shownName } from '../field-reader.js';
import { unusableValue } from '../unusable-value.js';
import { fittingMetadata } from './fitting-metadata.js';
import type { CatalogId, NetworkPostback, PostbackField, ReceiveSettings } from './network.js';

// The currency with the most decimals: an amount without currency is only checked for its form, the offer's decides later.
const LOOSEST_CURRENCY = 'CLF';

/** A parameter under the name the sender wrote it. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads one postback of a network, field by field, collecting faults. Names count in any case, empty values as absent; the
 * first of several names for one thing wins. What no field took ends in the metadata.
 */
export class PostbackReader {
  private readonly given = new Map<string, Parameter>();
  private readonly taken = new Set<string>();
  /** Names that came with different values; a fault only once a field reads them. */
  private readonly contradictory = new Set<string>();
  private readonly faults: Fault[] = [];
  /** The parameter each field came from, to blame the right one. */
  private readonly sources = new Map<string, string>();
  private readonly catalog: Partial<Record<CatalogId, string>> = {};
  private readonly kept: Parameter[] = [];
  private readonly credentials: { token?: string; advertiser?: string };
  /** Whether the transaction id was made here. */
  derivedTransactionId = false;

  /** @param tokenNames the network's own parameters for a static token */
  constructor(
    parameters: Iterable<readonly [string, string]>,
    private readonly settings: ReceiveSettings,
    tokenNames: readonly string[] = [],
  ) {
    for (const [name, value] of parameters) this.add(name, value);
    const token = this.take([...tokenNames, 'token'])?.value;
    const advertiser = this.take(['advertiser'])?.value;
    this.credentials = {
      ...(token === undefined ? {} : { token }),
      ...(advertiser === undefined ? {} : { advertiser }),
    };
    // Of a signed URL; whoever verifies it reads them from the raw query.
    this.drop(['tb_id', 'tb_ts', 'tb_sig']);
  }

  /** Our click id. */
  clickId(...names: string[]): string | undefined {
    const parameter = this.field('clickId', names);
    if (!parameter) return undefined;
    const detail = 'must be the 26-character click id exactly as it came with the click';
    return parseClickId(parameter.value) ?? this.fault('invalid_field', parameter.name, detail);
  }

  /** A text, as it is. */
  text(field: PostbackField, ...names: string[]): string | undefined {
    return this.field(field, names)?.value;
  }

  /** A currency, in upper case. */
  currency(...names: string[]): string | undefined {
    return this.text('currency', ...names)?.toUpperCase();
  }

  /** An amount with a decimal point. A comma is refused: whether `1,234` is one or a thousand is anybody's guess. */
  amount(field: 'revenue' | 'payout', ...names: string[]): string | undefined {
    return this.pointed(this.field(field, names));
  }

  /** An amount of a network that documents a comma as decimal point, too. */
  amountWithComma(field: 'revenue' | 'payout', ...names: string[]): string | undefined {
    const parameter = this.field(field, names);
    // Three digits after it could as well be thousands.
    if (parameter && /^\d+,\d{1,2}$/.test(parameter.value)) return parameter.value.replace(',', '.');
    return this.pointed(parameter);
  }

  /**
   * An event by its name: as configured, else their word in our spelling (`Add To Cart` is `add_to_cart`, the original is
   * kept as metadata).
   */
  namedEvent(...names: string[]): string {
    const parameter = this.field('event', names);
    if (!parameter) return DEFAULT_EVENT;
    const { name, value } = parameter;
    const mapped = this.settings.events;
    if (mapped && Object.hasOwn(mapped, value)) return mapped[value] as string;
    const plain = value
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_|_$/g, '');
    if (plain !== value) this.keep(name, value);
    if (EVENT_PATTERN.test(plain)) return plain;
    this.fault(
      'invalid_field',
      name,
      'is not a name that an event of ours can have; map it in the settings of the route',
    );
    return DEFAULT_EVENT;
  }

  /**
   * An event by an id of the network's catalog, as configured. `strict`: an id that is not configured is refused; otherwise
   * it is the default event as long as no event is configured at all.
   */
  catalogEvent(strict: boolean, ...names: string[]): string {
    const parameter = this.field('event', names);
    if (!parameter) return DEFAULT_EVENT;
    const { name, value } = parameter;
    this.catalog.event = value;
    const mapped = this.settings.events;
    if (mapped && Object.hasOwn(mapped, value)) return mapped[value] as string;
    if (strict || mapped) this.fault('invalid_field', name, 'is an event id that the settings of the route do not map');
    return DEFAULT_EVENT;
  }

  /**
   * A status word: as configured, else by `words`. One that is neither is kept as metadata and the conversion waits as
   * `pending`: an unknown word may well mean that nothing is to be paid.
   */
  status(
    words: Readonly<Record<string, ConversionStatus>>,
    parameter: Parameter | undefined,
  ): ConversionStatus | undefined {
    if (!parameter) return undefined;
    const { name, value } = parameter;
    const configured = this.settings.statuses;
    if (configured && Object.hasOwn(configured, value)) return configured[value];
    const word = value.toLowerCase();
    if (Object.hasOwn(words, word)) return words[word];
    this.keep(name, value);
    return 'pending';
  }

  /**
   * The transaction id. Where a postback has none it is made from click id and event: a second one is then a duplicate, as
   * it is at the networks. Never made from a blank id, which would collapse different orders.
   */
  transactionId(names: readonly string[], clickId: string | undefined, event: string): string | undefined {
    const value = this.text('transactionId', ...names);
    if (value !== undefined && value.trim() !== '') {
      return this.settings.transactionIdScope === 'click' && clickId !== undefined ? `${clickId}/${value}` : value;
    }
    this.derivedTransactionId = clickId !== undefined;
    return clickId === undefined ? undefined : `${clickId}:${event}`;
  }

  /** An id of the network's catalog. */
  catalogId(id: CatalogId, ...names: string[]): void {
    const value = this.take(names)?.value;
    if (value !== undefined) this.catalog[id] = value;
  }

  /** The parameter of a field, marked as read. */
  field(field: PostbackField, names: readonly string[]): Parameter | undefined {
    const configured = this.settings.parameters?.[field];
    const parameter = this.take(configured === undefined ? names : [configured]);
    const [usual] = configured === undefined ? names : [configured];
    this.sources.set(field, parameter?.name ?? usual ?? field);
    const fault = parameter && unusableValue(parameter.value);
    return parameter && fault ? this.fault('invalid_field', parameter.name, fault) : parameter;
  }

  /** The first of several parameters that is there, marked as read. */
  take(names: readonly string[]): Parameter | undefined {
    const present = names.map((name) => name.toLowerCase()).filter((name) => this.given.has(name));
    const [first] = present.filter((name) => !this.taken.has(name));
    // Both of two names for one thing count as read: as metadata the second would only confuse.
    for (const name of present) this.taken.add(name);
    const parameter = first === undefined ? undefined : this.given.get(first);
    if (parameter && first !== undefined && this.contradictory.has(first)) {
      this.fault('invalid_field', parameter.name, 'stands there twice with different values');
    }
    return parameter;
  }

  /** Marks parameters as read without using them. */
  drop(names: readonly string[]): void {
    for (const name of names) this.taken.add(name.toLowerCase());
  }

  /** Keeps a text as metadata beside what it was read for. */
  keep(name: string, value: string): void {
    this.kept.push({ name, value });
  }

  /** Notes a fault of a parameter. */
  fault(reason: Fault['reason'], name: string, detail: string): undefined {
    this.faults.push({ reason, field: shownName(name), detail: `"${shownName(name)}" ${detail}` });
    return undefined;
  }

  /** Puts everything together and checks it as any conversion is checked. */
  postback(fields: Partial<Conversion>, repeat: NetworkPostback['repeat'] = 'duplicate'): Parsed<NetworkPostback> {
    if (this.faults.length === 0 && fields.clickId === undefined && fields.couponCode === undefined) {
      this.fault('missing_field', this.nameOf('clickId'), 'is missing: nothing says which click this is about');
    }
    if (this.faults.length > 0) return { ok: false, faults: this.faults };
    const priced = fields.revenue !== undefined || fields.payout !== undefined || fields.items !== undefined;
    const currency = fields.currency ?? (priced ? this.settings.currency : undefined);
    const metadata = fittingMetadata([...this.kept, ...this.untaken()]);
    const parsed = parseConversion({
      ...fields,
      currency: currency ?? (priced ? LOOSEST_CURRENCY : undefined),
      metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
    });
    if (!parsed.ok) return { ok: false, faults: parsed.faults.map((fault) => this.blame(fault)) };
    const { currency: assumed, ...conversion } = parsed.value;
    return {
      ok: true,
      value: {
        conversion: currency === undefined ? conversion : { ...conversion, currency },
        derivedTransactionId: this.derivedTransactionId,
        repeat,
        credentials: this.credentials,
        catalog: this.catalog,
      },
    };
  }

  private pointed(parameter: Parameter | undefined): string | undefined {
    if (!parameter?.value.includes(',')) return parameter?.value;
    return this.fault('invalid_field', parameter.name, 'has a comma; send a decimal point and no thousands separators');
  }

  private untaken(): Parameter[] {
    return [...this.given].filter(([key]) => !this.taken.has(key)).map(([, parameter]) => parameter);
  }

  private nameOf(field: string): string {
    return this.sources.get(field) ?? field;
  }

  private add(name: string, value: string): void {
    const key = name.toLowerCase();
    if (value === '' || key === '') return;
    const earlier = this.given.get(key);
    if (!earlier) this.given.set(key, { name, value });
    else if (earlier.value !== value) this.contradictory.add(key);
  }

  private blame(fault: Fault): Fault {
    return { ...fault, field: shownName(this.nameOf(fault.field)) };
  }
}
