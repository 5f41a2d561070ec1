/** What may happen to processes, disk, clocks and lines, and how often; what only some worlds have says so. */
const EVENTS = {
  'kill tracker': { weight: 10 },
  'kill shop': { weight: 8 },
  'kill partner': { weight: 4 },
  'freeze tracker': { weight: 3 },
  'freeze shop': { weight: 2 },
  'freeze partner': { weight: 1 },
  'clock of tracker': { weight: 2 },
  'clock of shop': { weight: 2 },
  'fill disk': { weight: 2, needs: 'quota' },
  'dark line': { weight: 3 },
  'crash database': { weight: 3, needs: 'postgres' },
  'restart database': { weight: 1, needs: 'postgres' },
  'kill a database session': { weight: 2, needs: 'postgres' },
  'freeze database': { weight: 1, needs: 'postgres' },
};

/**
 * The faults of a whole run, from its dice alone.
 *
 * @param {{ dice: object, seconds: number, meanGap: number, has: readonly string[], patienceMs: number }} setting `has`:
 *   which of `quota` and `postgres` there are
 * @returns {{ at: number, event: string, pick: number, ms: number, downMs: number, isBold: boolean }[]} `at` in seconds; `pick`:
 *   which of several, in [0, 1); `ms`: how long, or how far; `isBold`: it strikes those, too, who are only starting
 */
export function planFaults({ dice, seconds, meanGap, has, patienceMs }) {
  const possible = Object.entries(EVENTS).filter(([, { needs }]) => needs === undefined || has.includes(needs));
  const weights = Object.fromEntries(possible.map(([name, { weight }]) => [name, weight]));
  const plan = [];
  for (let at = dice.gap(meanGap) + 1; at < seconds; at += dice.gap(meanGap)) {
    const event = dice.weighted(weights);
    const ms = event.startsWith('clock') ? dice.whole(-400_000, 600_000) : dice.whole(200, patienceMs * 2);
    plan.push({ at, event, pick: dice.next(), ms, downMs: dice.whole(0, patienceMs), isBold: dice.chance(0.2) });
  }
  return plan;
}
