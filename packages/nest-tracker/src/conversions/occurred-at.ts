import type { Intake } from './intake.js';

/**
 * When a conversion happened: as the sender says, but never after its message arrived, because clocks are wrong. The window
 * and the exchange rate are those of this moment.
 *
 * @param now Epoch milliseconds, as is the answer.
 */
export function occurredAt({ message, arrivedAt }: Pick<Intake, 'message' | 'arrivedAt'>, now: number): number {
  return Math.min(Date.parse(message.data.occurredAt ?? message.timestamp), arrivedAt ?? now, now);
}
