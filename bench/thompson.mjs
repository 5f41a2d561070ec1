import { learnedShares } from '@tallyback/nest-tracker';

// What learning costs and brings: `node bench/thompson.mjs` prints the table of README.md. Visitors are simulated; shares are
// worked out anew for every batch of them from what all earlier ones brought, by the code that rotations run.

const VISITORS = 200_000;
/** Visitors of half a minute: so long a share is used. */
const BATCH = 500;
/** Batches that the simulation takes for a day, for the half-life. */
const BATCHES_A_DAY = 20;
const RUNS = 10;

/** Conversion rates by the share of the time that has passed; what a conversion is worth. */
const SCENARIOS = [
  { name: '2 offers, 2 % and 3 %', rates: [0.02, 0.03] },
  { name: '2 offers, 2.0 % and 2.1 %', rates: [0.02, 0.021] },
  { name: '5 offers, 1 % to 3 %', rates: [0.01, 0.015, 0.02, 0.025, 0.03] },
  { name: '5 offers, alike (2 %)', rates: [0.02, 0.02, 0.02, 0.02, 0.02] },
  { name: '2 offers that change places halfway', rates: (time) => (time < 0.5 ? [0.02, 0.03] : [0.03, 0.02]) },
  { name: 'revenue: 3 % of 10 €, 1 % of 45 €', rates: [0.03, 0.01], values: [1000, 4500], goal: 'revenue' },
];

/** Reproducible, so that the table is (mulberry32). */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the visitors are expected to bring in one run, by how they are shared out. */
function simulate({ rates, values, goal = 'conversions' }, seed) {
  const random = randomOf(seed);
  const at = typeof rates === 'function' ? rates : () => rates;
  const count = at(0).length;
  const worth = values ?? Array(count).fill(1);
  const left = 0.5 ** (1 / (14 * BATCHES_A_DAY));
  const seen = Array.from({ length: count }, () => ({ clicks: 0, conversions: 0, revenue: 0 }));
  const fixed = Array(count).fill(0);
  let learned = 0;
  let equal = 0;
  for (let done = 0; done < VISITORS; done += BATCH) {
    const now = at(done / VISITORS).map((rate, i) => rate * worth[i]);
    const shares = learnedShares(seen, { goal, minimumShare: 0.02 }, random);
    for (const offer of seen) for (const name of Object.keys(offer)) offer[name] *= left;
    for (let i = 0; i < count; i++) {
      fixed[i] += BATCH * now[i];
      equal += (BATCH * now[i]) / count;
      learned += BATCH * shares[i] * now[i];
    }
    for (let visitor = 0; visitor < BATCH; visitor++) {
      const i = choose(shares, random);
      seen[i].clicks++;
      if (random() >= at(done / VISITORS)[i]) continue;
      seen[i].conversions++;
      // Orders are worth more and less than their mean.
      seen[i].revenue += worth[i] * -Math.log(1 - random());
    }
  }
  return { best: Math.max(...fixed), equal, learned };
}

function choose(shares, random) {
  let point = random();
  const i = shares.findIndex((share) => {
    point -= share;
    return point < 0;
  });
  return i === -1 ? shares.length - 1 : i;
}

/** Without the sign that rounding to nought leaves behind. */
const percent = (value) => `${(Math.round(1000 * value) / 10 || 0).toFixed(1)} %`;

console.log('| offers | lost with equal weights | lost with `thompson` (worst run) | of what equal weights lose |');
console.log('|---|---|---|---|');
for (const [i, scenario] of SCENARIOS.entries()) {
  const runs = Array.from({ length: RUNS }, (_, run) => simulate(scenario, 1000 * i + run + 1));
  const lost = (name) => runs.map(({ best, ...by }) => 1 - by[name] / best);
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [equal, learned] = [lost('equal'), lost('learned')];
  const ratio = Math.abs(mean(equal)) < 1e-9 ? '–' : percent(mean(learned) / mean(equal));
  console.log(
    `| ${scenario.name} | ${percent(mean(equal))} | ${percent(mean(learned))} (${percent(Math.max(...learned))}) | ${ratio} |`,
  );
}
