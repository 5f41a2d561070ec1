import { createId } from '@tallyback/protocol';
import { Conversion } from './conversion.entity.js';
import { SeenDelivery } from './seen-delivery.entity.js';
import type { StepContext } from './steps/step.js';

/** The conversion that this very delivery was about, if it has been accepted before. */
export async function conversionOfDelivery({ intake, manager }: StepContext): Promise<Conversion | null> {
  const { deliveryId } = intake.sender;
  if (deliveryId === undefined) return null;
  const seen = await manager.findOneBy(SeenDelivery, { advertiserId: intake.advertiser.row.id, deliveryId });
  return seen && manager.findOneBy(Conversion, { id: seen.conversionId });
}

/** Remembers that a delivery was accepted, in the transaction that holds its effect. */
export async function rememberDelivery({ intake, manager, now }: StepContext, conversionId: string): Promise<void> {
  const { deliveryId } = intake.sender;
  if (deliveryId === undefined) return;
  const seen = { id: createId(now), advertiserId: intake.advertiser.row.id, deliveryId, conversionId, at: now };
  await manager.createQueryBuilder().insert().into(SeenDelivery).values(seen).orIgnore().updateEntity(false).execute();
}
