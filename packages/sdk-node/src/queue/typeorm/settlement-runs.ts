import type { Settlement } from '../queue.js';

/**
 * Neighbours with the same outcome, which one statement can apply. A delivery that is named twice begins a new run, so that
 * the first settlement stands and the second finds its claim used up.
 */
export function settlementRuns(settlements: readonly Settlement[]): Settlement[][] {
  const runs: Settlement[][] = [];
  let ids = new Set<string>();
  for (const settlement of settlements) {
    const run = runs.at(-1);
    if (run?.[0]?.outcome === settlement.outcome && !ids.has(settlement.id)) {
      run.push(settlement);
    } else {
      runs.push([settlement]);
      ids = new Set();
    }
    ids.add(settlement.id);
  }
  return runs;
}
