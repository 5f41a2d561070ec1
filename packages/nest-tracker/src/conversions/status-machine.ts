import type { ConversionStatus } from '@tallyback/protocol';

const NEXT: Record<ConversionStatus, readonly ConversionStatus[]> = {
  pending: ['approved', 'rejected'],
  approved: ['rejected', 'refunded'],
  rejected: [],
  refunded: [],
};

/** Whether a conversion may go from one status to another: `pending -> approved|rejected`, `approved -> rejected|refunded`. */
export function mayBecome(from: ConversionStatus, to: ConversionStatus): boolean {
  return NEXT[from].includes(to);
}

/** The statuses a conversion may still reach. */
export function nextStatuses(from: ConversionStatus): readonly ConversionStatus[] {
  return NEXT[from];
}

/** Whether a conversion of this status counts in totals. */
export function counts(status: ConversionStatus): boolean {
  return status === 'approved' || status === 'pending';
}
