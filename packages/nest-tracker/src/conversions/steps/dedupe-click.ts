import { Click } from '../../clicks/click.entity.js';
import { Conversion } from '../conversion.entity.js';
import type { Step } from './step.js';

/** Under the policy `once_per_click`, a second order of the same click and event is a duplicate of the first. */
export const dedupeClick: Step = async ({ intake, click, offer, manager, storage }) => {
  const { event } = intake.message.data;
  if (!click || offer?.row.duplicates[event] !== 'once_per_click') return undefined;
  // Two orders of one click at the same time: whoever holds the click's row goes first.
  if (storage.dialect === 'postgres')
    await manager.findOne(Click, { where: { id: click.id }, ...storage.lockForUpdate });
  const first = await manager.findOneBy(Conversion, { clickId: click.id, event });
  return first ? { outcome: 'duplicate', conversion: first } : undefined;
};
