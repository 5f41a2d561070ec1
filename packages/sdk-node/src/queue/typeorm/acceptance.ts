/** Numbers for one millisecond; the product stays a safe integer until the year 2248. */
const PER_MILLISECOND = 1024;

let last = 0;

/**
 * Numbers deliveries in the order of acceptance: ascending within a process, by time among processes. What must never be
 * mixed up, the messages of one transaction, is ordered by their position instead, which the database gives out.
 */
export function nextSeq(createdAt: number): number {
  last = Math.max(last + 1, Math.floor(createdAt) * PER_MILLISECOND);
  return last;
}
