import type { ConversionMessage } from '@tallyback/protocol';
import { CatalogService, type Intake } from '../../src/index.js';
import { unique } from './messages.js';
import type { Tracker } from './start-tracker.js';

/** Makes a message as if acme had signed it; an order of its own unless its data says otherwise. */
export type MakeIntake = (data: Partial<ConversionMessage['data']>, type?: ConversionMessage['type']) => Intake;

/** What makes messages for a running tracker's `ConversionsService`. */
export async function intakesOf(tracker: Tracker): Promise<MakeIntake> {
  const advertiser = (await tracker.get(CatalogService).snapshot()).advertisersByKey.get('acme');
  if (!advertiser) throw new Error('The catalog has no acme.');
  return (data, type = 'conversion.created') => ({
    advertiser,
    sender: { method: 'signature', signed: true, deliveryId: unique('msg') },
    message: {
      type,
      timestamp: new Date().toISOString(),
      data: { event: 'purchase', transactionId: unique(), ...data },
    },
  });
}
