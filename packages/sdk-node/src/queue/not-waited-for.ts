import type { NewDelivery, NewMessage } from './queue.js';

/**
 * Value of `step` in a row that no later message waits for: an update that was dead when it was accepted. Any step from 0 on
 * holds back what follows, so a replay, which begins the schedule anew, gives the row its place back.
 */
export const NOT_WAITED_FOR = -1;

/** With which `step` a delivery begins. */
export function firstStep({ kind }: NewMessage, { dead }: NewDelivery): number {
  return kind === 'updated' && dead !== undefined ? NOT_WAITED_FOR : 0;
}
