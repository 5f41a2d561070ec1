import { type ConversionMessage, type ConversionStatus, DEFAULT_EVENT } from '../conversion.js';
import { looksLikeMacro } from '../looks-like-macro.js';
import type { SendResult } from './network.js';

/** What a destination can be told. */
export interface SendRules {
  /** The network, for people. */
  readonly title: string;
  /** Metadata field with the network's click id; undefined: `clickId`. */
  readonly clickIdField?: string | undefined;
  /** Whether a conversion may go without a click id because it has something else to be attributed by. */
  readonly withoutClickId?: (message: ConversionMessage) => boolean;
  readonly events: ReadonlyMap<string, string | null>;
  /**
   * What becomes of an event that is not mapped. `same`: their events are free text, so its own name is sent. `plain`: only
   * `purchase` is sent, as their plain conversion; another event would be counted as a sale, so it is refused.
   */
  readonly unmapped: 'same' | 'plain';
  /** The only currency the network counts in; undefined: the currency is sent along or nobody said. */
  readonly currency?: string | undefined;
  /** Whether its postback has a status. */
  readonly hasStatus?: boolean;
}

/** The parts of a message that every network needs, or why it cannot be sent. */
export type Sendable =
  | {
      readonly ok: true;
      readonly clickId: string | undefined;
      /** Their name of the event; `undefined`: their plain conversion. */
      readonly event: string | undefined;
      readonly data: ConversionMessage['data'];
    }
  | Extract<SendResult, { ok: false }>;

const withdrawn: ReadonlySet<ConversionStatus | undefined> = new Set(['rejected', 'refunded']);

/** Checks a message against the rules; reports the first thing in the way. */
export function sendable(message: ConversionMessage, rules: SendRules): Sendable {
  const { type, data } = message;
  const { title } = rules;
  if (type === 'conversion.updated' && !rules.hasStatus) {
    return unsendable('update_unsupported', `${title} has no postback for changes of status or revenue`);
  }
  if (withdrawn.has(data.status) && !rules.hasStatus) {
    return unsendable(
      'status_unsupported',
      `${title}'s postback has no status: it would count a ${data.status} conversion`,
    );
  }
  const clickId = clickIdOf(message, rules.clickIdField);
  if (clickId === undefined && !rules.withoutClickId?.(message)) {
    const where = rules.clickIdField === undefined ? 'clickId' : `metadata.${rules.clickIdField}`;
    return unsendable('click_id_missing', `there is no ${title} click id in ${where}: ${title} cannot attribute it`);
  }
  const mapped = rules.events.get(data.event);
  if (mapped === undefined && rules.unmapped === 'plain' && data.event !== DEFAULT_EVENT) {
    const how = `add it to the option "events", or null there to send it as ${title}'s plain conversion`;
    return unsendable('event_unmapped', `the event "${data.event}" is not mapped: ${how}`);
  }
  const priced = data.revenue !== undefined || data.payout !== undefined;
  if (priced && rules.currency !== undefined && data.currency !== rules.currency) {
    const why = `${title} counts in ${rules.currency} here and its postback names no currency; this one is in ${data.currency}`;
    return unsendable('currency_mismatch', why);
  }
  return {
    ok: true,
    clickId,
    event: mapped === undefined ? unmappedEvent(data.event, rules) : (mapped ?? undefined),
    data,
  };
}

/** A result that says why a message cannot be sent. */
export function unsendable(
  code: Extract<SendResult, { ok: false }>['code'],
  why: string,
): Extract<SendResult, { ok: false }> {
  return { ok: false, code, why };
}

/**
 * The id to send as transaction id: stable and never blank, one per order **and** event. Most networks drop a second
 * conversion with the same id even when it is another event, and would lose the purchase after the lead of one order.
 */
export function orderEventId({ event, transactionId }: ConversionMessage['data']): string {
  return event === DEFAULT_EVENT ? transactionId : `${event}:${transactionId}`;
}

function unmappedEvent(event: string, { unmapped }: SendRules): string | undefined {
  return unmapped === 'same' ? event : undefined;
}

function clickIdOf({ data }: ConversionMessage, field: string | undefined): string | undefined {
  const value = field === undefined ? data.clickId : data.metadata?.[field];
  if (typeof value !== 'string' || value.trim() === '' || looksLikeMacro(value)) return undefined;
  return value;
}
