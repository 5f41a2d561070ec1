import { changeConversion } from '../change-conversion.js';
import { Conversion } from '../conversion.entity.js';
import { conversionOfDelivery } from '../seen-deliveries.js';
import { refuse, type Step, type StepContext, type StepEnd } from './step.js';

/**
 * Looks the message's identity up, (advertiser, event, transaction id). A conversion that stands ends the message here,
 * before anything else is checked: an order that was counted yesterday is a duplicate today even if its offer has been
 * paused since.
 */
export const findExisting: Step = async (context) => {
  const { type, data } = context.intake.message;
  const existing = await findByIdentity(context);
  if (existing) return standing(context, existing);
  if (type === 'conversion.created') return undefined;
  return refuse(
    'status_transition_invalid',
    `There is no conversion with event "${data.event}" and this transaction id to update. Send conversion.created first.`,
    'data.transactionId',
  );
};

/** The conversion with the message's identity, locked until the transaction ends: what is changed next builds on it. */
export function findByIdentity({ intake, manager, storage }: StepContext): Promise<Conversion | null> {
  const { event, transactionId } = intake.message.data;
  const where = { advertiserId: intake.advertiser.row.id, event, transactionId };
  return manager.findOne(Conversion, { where, ...storage.lockForUpdate });
}

/** What a message about a conversion that stands does to it. */
export async function standing(context: StepContext, existing: Conversion): Promise<StepEnd> {
  const { intake, catalog } = context;
  const { message, sender } = intake;
  const duplicate: StepEnd = { outcome: 'duplicate', conversion: existing };
  // Whoever is not proven by a signature has to know the click, also to hear of a conversion that stands.
  if (!sender.signed && message.data.clickId !== existing.clickId) {
    const detail =
      'The conversion with this event and transaction id belongs to another click. Check the transaction id.';
    return refuse('click_mismatch', detail, 'data.clickId');
  }
  // Looked up again, because a copy may have been at work while this one waited for the conversion's row.
  if (await conversionOfDelivery(context)) return duplicate;
  if (message.type === 'conversion.updated') return changeConversion(context, existing, 'replace');
  const offer = existing.offerId === null ? undefined : catalog.offersById.get(existing.offerId);
  switch (offer?.row.duplicates[message.data.event] ?? intake.onRepeat) {
    case 'update':
      return changeConversion(context, existing, 'replace');
    case 'increment':
      return changeConversion(context, existing, 'add');
    case 'reject':
      return refuse(
        'duplicate_refused',
        'A conversion with this event and transaction id stands, and the offer refuses duplicates.',
        'data.transactionId',
      );
    default:
      return duplicate;
  }
}
