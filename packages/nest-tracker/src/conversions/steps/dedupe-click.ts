import type { Step } from './step.js';

/** Under the policy `once_per_click`, a second order of the same click and event is a duplicate of the first. */
export const dedupeClick: Step = ({ intake, click, offer, known }) => {
  const { event } = intake.message.data;
  if (!click || offer?.row.duplicates[event] !== 'once_per_click') return undefined;
  const first = known.firstOfClick.get(click.id, event);
  return first ? { outcome: 'duplicate', conversion: first } : undefined;
};
