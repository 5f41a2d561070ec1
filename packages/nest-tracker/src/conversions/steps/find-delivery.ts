import { conversionOfDelivery } from '../seen-deliveries.js';
import type { Step } from './step.js';

/** A delivery that was accepted before is a duplicate, whatever has happened to its conversion since. */
export const findDelivery: Step = async (context) => {
  const conversion = await conversionOfDelivery(context);
  return conversion ? { outcome: 'duplicate', conversion } : undefined;
};
