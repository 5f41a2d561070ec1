import type { ConversionMessage, ConversionStatus } from '../conversion.js';

/** Our own status words, for networks whose statuses are free text or unknown. */
export const ownStatusWords = {
  pending: 'pending',
  approved: 'approved',
  rejected: 'rejected',
  refunded: 'refunded',
} as const satisfies Record<ConversionStatus, ConversionStatus>;

/**
 * The status to send to a network that has statuses and no events: a mapped event stands for "this happened and is good",
 * so its word replaces the one of `approved`.
 */
export function statusWord(
  { status }: ConversionMessage['data'],
  event: string | undefined,
  words: Readonly<Partial<Record<ConversionStatus, string>>>,
  unstated: string | undefined,
): string | undefined {
  if (status === undefined) return event ?? unstated;
  return status === 'approved' ? (event ?? words.approved) : words[status];
}
