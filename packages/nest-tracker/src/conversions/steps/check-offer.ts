import { refuse, type Step } from './step.js';

/** Whether the offer takes this event now. */
export const checkOffer: Step = ({ intake, offer }) => {
  const { data } = intake.message;
  if (data.status === 'refunded') {
    const detail = 'A new conversion cannot be refunded already. Send it as approved, then conversion.updated.';
    return refuse('status_transition_invalid', detail, 'data.status');
  }
  if (!offer) return undefined;
  const { key, status, events } = offer.row;
  if (status !== 'active') return refuse('offer_inactive', `Offer "${key}" is paused.`);
  if (events && !events.includes(data.event)) {
    const detail = `Offer "${key}" does not count the event "${data.event}"; it counts ${events.join(', ')}.`;
    return refuse('event_unknown', detail, 'data.event');
  }
  return undefined;
};
