import { openBare } from '../contenders/intake-bare.mjs';
import { openRepositories } from '../contenders/intake-repositories.mjs';
import { openTracker } from '../contenders/intake-tracker.mjs';
import { callsPerSecond } from '../lib/callers.mjs';
import { fillClicks } from '../lib/fill-clicks.mjs';
import { orders } from '../lib/intake.mjs';
import { databaseMaker } from '../lib/intake-databases.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';
import { storedClicks } from '../lib/stored-clicks.mjs';

const MILLISECONDS = 700;
/** Messages that arrive together, and so share a transaction. */
const AT_ONCE = 500;
const CLICKS = 1_000;

/** One message through all steps, into conversions, ledger, deliveries and log; each caller waits for the commit. */
async function measure(kind, context) {
  const create = await databaseMaker(kind, context);
  const clicks = storedClicks(CLICKS);
  const opened = [];
  // A database for each: they fill up alike.
  const databaseOf = async (contender) => {
    const database = await create(contender);
    const tracker = await openTracker(database);
    await fillClicks(database, clicks, tracker.click);
    if (contender === 'tallyback') return { database, tracker };
    await tracker.close();
    return { database, tracker };
  };
  const open = async (contender, opener) => {
    const made = await opener(await databaseOf(contender));
    opened.push(made);
    return made;
  };
  const order = orders(clicks);
  try {
    const tracker = await open('tallyback', async (made) => made.tracker);
    const bare = await open('bare', ({ database, tracker: { click } }) => openBare(database, click, AT_ONCE));
    const repositories = await open('typeorm', ({ database, tracker: { click } }) => openRepositories(database, click));
    const contenders = {
      tallyback: () => callsPerSecond(() => tracker.store(order()), { atOnce: AT_ONCE, milliseconds: MILLISECONDS }),
      'the same statements, bare': async () =>
        AT_ONCE * (await callsPerSecond(() => bare.storeGroup(order), { atOnce: 1, milliseconds: MILLISECONDS })),
      'TypeORM repositories, one transaction each': () =>
        callsPerSecond(() => repositories.store(order()), { atOnce: 1, milliseconds: MILLISECONDS }),
    };
    const results = await interleave(contenders, context.rounds, context.progress);
    return rowsOf(`intake.${kind}`, 'tallyback', results, 'postbacks/s');
  } finally {
    await Promise.allSettled(opened.map(({ close }) => close()));
  }
}

export const cases = {
  'intake.sqlite': (context) => measure('sqlite', context),
  'intake.postgres': (context) => measure('postgres', context),
};
