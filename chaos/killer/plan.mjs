import { groupBy } from '../lib/group-by.mjs';

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
 * The faults of a whole run, from its dice alone; as many of every kind as there is time for in `seconds`, at least one.
 *
 * @param {{ dice: object, seconds: number, meanGap: number, has: readonly string[], patienceMs: number }} setting `has`:
 *   which of `quota` and `postgres` there are
 * @returns {{ at: number, event: string, pick: number, ms: number, downMs: number, isBold: boolean }[]} `at` in seconds; `pick`:
 *   which of several, in [0, 1); `ms`: how long, or how far; `isBold`: it strikes those, too, who are only starting
 */
export function planFaults({ dice, seconds, meanGap, has, patienceMs }) {
  const possible = Object.entries(EVENTS).filter(([, { needs }]) => needs === undefined || has.includes(needs));
  const weights = Object.fromEntries(possible.map(([name, { weight }]) => [name, weight]));
  const times = [];
  for (let at = dice.gap(meanGap) + 1; at < seconds * SLACK; at += dice.gap(meanGap)) times.push(at);
  const events = times.map(() => dice.weighted(weights));
  includeAll(Object.keys(weights), events, times.filter((at) => at < seconds).length, dice);
  return times.map((at, i) => {
    const event = events[i];
    const ms = event.startsWith('clock') ? dice.whole(-400_000, 600_000) : dice.whole(leastMs(event), patienceMs * 2);
    return { at, event, pick: dice.next(), ms, downMs: dice.whole(0, patienceMs), isBold: dice.chance(0.2) };
  });
}

/** As long as visitors come there are faults, and that may take longer than it should. */
const SLACK = 10;

/** What is over before anybody writes is no full disk. */
const leastMs = (event) => (event === 'fill disk' ? 1_500 : 200);

/** Short runs, too, are to meet everything: what does not happen by chance takes the place of something that happens twice. */
function includeAll(kinds, events, count, dice) {
  const first = () => events.slice(0, count);
  for (const kind of kinds) {
    if (first().includes(kind)) continue;
    const counts = groupBy(first(), (event) => event);
    const often = [...first().keys()].filter((i) => counts.get(events[i]).length > 1);
    if (often.length > 0) events[dice.pick(often)] = kind;
  }
}
