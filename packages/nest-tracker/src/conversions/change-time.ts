/**
 * When a change of a conversion counts as made: now, but after the change before it. Clocks of two trackers differ, and any
 * may be set back; the order of the changes is known nonetheless, since each is made of what the one before has left.
 *
 * @param before The conversion that is changed.
 * @param now By this process's clock, epoch milliseconds.
 */
export function timeOfChange(before: { readonly updatedAt: number }, now: number): number {
  return Math.max(now, before.updatedAt + 1);
}
