import { changeConversion } from '../change-conversion.js';
import type { Conversion } from '../conversion.entity.js';
import type { ChangeMode } from '../pricing/reprice-conversion.js';
import { reportsByCoupon } from './by-coupon.js';
import { identityOf } from './context.js';
import { refuse, type Step, type StepContext, type StepEnd } from './step.js';

/**
 * Looks the message's identity up, (advertiser, event, transaction id). A conversion that stands ends the message here,
 * before anything else is checked: an order that was counted yesterday is a duplicate today even if its offer has been
 * paused since.
 */
export const findExisting: Step = (context) => {
  const { intake, known } = context;
  const { type, data } = intake.message;
  const existing = known.conversions.get(identityOf(intake));
  if (existing) return standing(context, existing);
  if (type === 'conversion.created') return undefined;
  return refuse(
    'status_transition_invalid',
    `There is no conversion with event "${data.event}" and this transaction id to update. Send conversion.created first.`,
    'data.transactionId',
  );
};

/** What a message about a conversion that stands does to it. */
function standing(context: StepContext, existing: Conversion): StepEnd {
  const { intake, catalog, known } = context;
  const { message, sender } = intake;
  // Whoever is not proven by a signature has to know the click, also to hear of a conversion that stands.
  const knows = reportsByCoupon(intake) ? existing.clickId === null : message.data.clickId === existing.clickId;
  if (!sender.signed && !knows) {
    const detail =
      'The conversion with this event and transaction id belongs to another click. Check the transaction id.';
    return refuse('click_mismatch', detail, 'data.clickId');
  }
  const change = (mode: ChangeMode) =>
    changeConversion(message.data, { ...context, signed: sender.signed }, known.conversions.forChange(existing), mode);
  if (message.type === 'conversion.updated') return change('replace');
  const offer = existing.offerId === null ? undefined : catalog.offersById.get(existing.offerId);
  switch (offer?.row.duplicates[message.data.event] ?? intake.onRepeat) {
    case 'update':
      return change('replace');
    case 'increment':
      return change('add');
    case 'reject':
      return refuse(
        'duplicate_refused',
        'A conversion with this event and transaction id stands, and the offer refuses duplicates.',
        'data.transactionId',
      );
    default:
      return { outcome: 'duplicate', conversion: existing };
  }
}
