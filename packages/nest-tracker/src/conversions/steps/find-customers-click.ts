import { chooseClick } from '../attribution/choose-click.js';
import type { Step } from './step.js';

/** With neither a known click nor a coupon, the conversion belongs to a click that its customer is known by. */
export const findCustomersClick: Step = (context) => {
  const { intake, known, catalog, occurredAt } = context;
  const { customerId, event } = intake.message.data;
  if (context.offer || customerId === undefined) return undefined;
  const clicks = known.customers.get({ advertiserId: intake.advertiser.row.id, customerId });
  const termsOf = (offerId: string) => catalog.offersById.get(offerId)?.row;
  const chosen = chooseClick(clicks, { event, occurredAt }, termsOf);
  const click = chosen && known.clicks.get(chosen.id);
  const offer = click && catalog.offersById.get(click.offerId);
  // A click whose retention has ended is not there any more.
  if (!click || !offer) return undefined;
  context.click = click;
  context.offer = offer;
  context.place = click;
  return undefined;
};
