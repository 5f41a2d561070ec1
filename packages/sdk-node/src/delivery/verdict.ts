import type { Verdict } from '../destinations/destination.js';
import { isThenable } from '../thenable.js';

const OUTCOMES: readonly unknown[] = ['delivered', 'retry', 'dead'];

/** What a destination's `classify()` returned, which may be anything: what is no verdict is a retry that says so. */
export function verdictOf(returned: unknown): Verdict {
  if (isThenable(returned)) {
    // Nobody waits for it, so its rejection must not be left without an owner either.
    returned.then(undefined, () => {});
    return {
      outcome: 'retry',
      why: 'classify() of the destination returned a promise; it must return its verdict at once',
    };
  }
  const { outcome, why } = (returned ?? {}) as { outcome?: unknown; why?: unknown };
  if (!OUTCOMES.includes(outcome)) {
    const why = "classify() of the destination must return an outcome: 'delivered', 'retry' or 'dead'";
    return { outcome: 'retry', why };
  }
  if (outcome === 'delivered' || typeof why === 'string') return returned as Verdict;
  return { ...(returned as Verdict), why: 'classify() of the destination gave no reason' } as Verdict;
}
