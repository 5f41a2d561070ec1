import { deliveryOf } from './context.js';
import type { Step } from './step.js';

/** A delivery that was accepted before is a duplicate, whatever has happened to its conversion since. */
export const findDelivery: Step = ({ intake, known }) => {
  const delivery = deliveryOf(intake);
  const conversionId = delivery ? known.deliveries.get(delivery) : null;
  const conversion = conversionId === null ? null : known.conversions.byId(conversionId);
  return conversion ? { outcome: 'duplicate', conversion } : undefined;
};
