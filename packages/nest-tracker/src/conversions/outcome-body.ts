import { type AcceptedOutcome, type OutcomeBody, toMoneyJson } from '@tallyback/protocol';
import type { Conversion } from './conversion.entity.js';

/** The answer to an accepted message: the conversion as it stands. */
export function outcomeBody(outcome: AcceptedOutcome, conversion: Conversion): OutcomeBody {
  const { id, clickId, status, revenue, payout, currency } = conversion;
  return {
    outcome,
    conversionId: id,
    ...(clickId !== null && { clickId }),
    status,
    ...(currency !== null && {
      revenue: toMoneyJson({ minor: revenue, currency }),
      payout: toMoneyJson({ minor: payout, currency }),
    }),
  };
}
