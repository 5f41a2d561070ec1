import { until } from './lib/waiting.mjs';
import { untilRepetitionsAreOver } from './proxy/http-proxy.mjs';
import { TELLINGS } from './world/catalog.mjs';

/** Later than every lease, breaker and retry that the run's settings know. */
const BEYOND_MS = 60_000;
const VISITORS_WITHIN_MS = 120_000;
const PAGE = 1_000;
/** What is given up again so often although nothing is in its way was rightly given up: the auditor is to see it. */
const MOST_ROUNDS = 8;

/**
 * Faults have stopped; everybody finishes. What was given up because somebody answered in another's name is tried again,
 * as an operator would.
 *
 * @param {object} run
 * @returns {Promise<{ differences: [string | undefined, string][], replayed: { shop: number, partners: number } }>}
 */
export async function drain({ world, driver, patienceMs, withinMs, show }) {
  const differences = [];
  const replayed = { shop: 0, partners: 0 };
  show('faults are over, visitors finish');
  await world.quota.free();
  for (const proxy of world.proxies) proxy.calmDown();
  world.database.calmDown();
  await Promise.all([...world.actors.values()].map((actor) => actor.ready()));
  world.control.calmDown([...world.actors.keys()], BEYOND_MS);
  const left = await driver.empty(VISITORS_WITHIN_MS);
  if (left > 0) differences.push([undefined, `${left} visitors are still asking although nothing is in their way`]);
  await untilRepetitionsAreOver(patienceMs);

  show('everybody stops as an operator stops them, and starts again');
  for (const actor of world.actors.values()) {
    const code = await actor.stop();
    if (code !== 0) differences.push([undefined, `${actor.name} ended with ${code} when it was asked to end`]);
    await actor.start();
  }

  const trying = async (what, isDone) => {
    show(`waiting for ${what}`);
    await until(isDone, { what, withinMs, everyMs: 250 }).catch((error) =>
      differences.push([undefined, error.message]),
    );
  };
  let rounds = 0;
  await trying('the shop to have delivered everything', async () => {
    const { house } = await world.shop('/stats');
    if (house.pending + house.inFlight > 0 && house.dead === 0) return false;
    if (house.dead === 0 || rounds === MOST_ROUNDS) return true;
    rounds += 1;
    replayed.shop += (await world.shop('/replay', 'POST')).replayed;
    return false;
  });
  await trying('partners to have been told everything', () => partnersAreTold(world, replayed));
  return { differences, replayed };
}

async function partnersAreTold(world, replayed) {
  const waiting = async (state) => (await world.manage(`/v1/postbacks/out?state=${state}&limit=1`)).items.length > 0;
  if (await waiting('dead')) {
    const { replayed: count } = await world.manage(`/v1/postbacks/out/replay?state=dead&limit=${PAGE}`, {
      method: 'POST',
    });
    replayed.partners += count;
    return false;
  }
  for (const partner of Object.keys(TELLINGS)) {
    const { items } = await world.manage(`/v1/partners/${partner}/postbacks`);
    for (const { key, paused } of items) {
      if (paused) await world.manage(`/v1/partners/${partner}/postbacks/${key}/resume`, { method: 'POST' });
    }
  }
  return !(await waiting('pending')) && !(await waiting('sending'));
}
