import type { ConversionMessage } from '../conversion.js';

const readers: Readonly<Record<string, (message: ConversionMessage) => string | undefined>> = {
  clickid: ({ data }) => data.clickId,
  event: ({ data }) => data.event,
  status: ({ data }) => data.status,
  transaction_id: ({ data }) => data.transactionId,
  revenue: ({ data }) => data.revenue,
  payout: ({ data }) => data.payout,
  currency: ({ data }) => data.currency,
  timestamp: ({ data, timestamp }) => data.occurredAt ?? timestamp,
};

/** The macros that have a value where a conversion is sent by the one who made it: no click, campaign or partner is known there. */
export const SENDER_MACROS: readonly string[] = Object.keys(readers);

/** The value of one of {@link SENDER_MACROS}; `timestamp` is when it happened, RFC 3339 UTC. */
export function senderMacroValue(macro: string, message: ConversionMessage): string | undefined {
  return Object.hasOwn(readers, macro) ? readers[macro]?.(message) : undefined;
}
