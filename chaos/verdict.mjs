import { writeFileSync } from 'node:fs';
import { shorten, storiesOf } from './story.mjs';

/** More stories than this are only counted. */
const MOST_STORIES = 5;
const MOST_DIFFERENCES = 50;

/** Says what was done and whether anything differs. */
export function printVerdict({ options, chronicle, record, evidence, differences, replayed }) {
  const { counts } = chronicle;
  const kills = ['kill', 'crash'].reduce((sum, verb) => sum + chronicle.total(verb), 0);
  const result = {
    options,
    seconds: Math.round(chronicle.seconds()),
    clicks: { redirected: record.clicks.size, stored: evidence.clicks.length },
    conversions: record.takenCount,
    updates: [...record.orders.values()].reduce((sum, { updatesTaken }) => sum + updatesTaken, 0),
    ledgerEntries: evidence.ledger.length,
    partnerPostbacks: { sent: evidence.outbound.length, heard: evidence.told.length },
    kills,
    faults: counts,
    fullDisk: { times: counts['fill disk'] ?? 0, putOff: record.putOffCount },
    replayed,
    differences: differences.map(([subject, what]) => ({ subject, what })),
  };
  console.log(
    `${result.clicks.redirected} clicks redirected (${result.clicks.stored} stored), ${result.conversions} orders, ` +
      `${result.updates} updates, ${result.partnerPostbacks.sent} partner postbacks (${result.partnerPostbacks.heard} heard)`,
  );
  console.log(`${kills} kills, ${chronicle.total('')} faults in ${result.seconds} s:`);
  for (const [fault, count] of Object.entries(counts)) console.log(`  ${String(count).padStart(6)}  ${fault}`);
  if (result.fullDisk.times > 0) {
    const { times, putOff } = result.fullDisk;
    console.log(`the disk of the shop's queue was full ${times} times: ${putOff} orders and updates were put off`);
  }
  if (replayed.shop + replayed.partners > 0) {
    console.log(`given up and tried again: ${replayed.shop} by the shop, ${replayed.partners} to partners`);
  }
  if (differences.length === 0) console.log('every book agrees with every other');
  return result;
}

/**
 * Says what differs and how to see it again, with the stories of the first orders.
 *
 * @param {string} report a file for all of it
 */
export async function tellDifferences(differences, { options, world, chronicle, evidence, report }) {
  const { seed, seconds, database, trackers, conversions, plants } = options;
  const planted = plants.length === 1 ? ` --plant '${plants[0]}'` : plants.length > 1 ? ' --plant all' : '';
  const again = `--minutes ${seconds / 60} --database ${database} --trackers ${trackers} --conversions ${conversions}`;
  const subjects = [...new Set(differences.map(([subject]) => subject))].filter((subject) => subject !== undefined);
  const told = subjects.slice(0, MOST_STORIES);
  const inbound = await inboundOf(told, world.database);
  const stories = await storiesOf(told, differences, { chronicle, evidence, inbound, log: world.log });
  const head = [
    `${differences.length} differences; seed ${seed}; again: npm run chaos -- ${again} --seed '${seed}'${planted}`,
    '(the same visitors, faults and kills; which request meets which fault depends on the machine: it may take a few tries)',
  ];
  const all = differences.map(([subject, what]) => `  ${subject ?? 'in general'}: ${shorten(what)}`);
  const most = all.slice(0, MOST_DIFFERENCES);
  if (all.length > most.length) most.push(`  … and ${all.length - most.length} more`);
  const tales = [...stories.values()].flatMap((lines) => ['', ...lines]);
  if (subjects.length > told.length) tales.push('', `… and ${subjects.length - told.length} more orders`);
  console.log(['', ...head, ...most, ...tales].join('\n'));
  writeFileSync(report, `${[...head, ...all, ...tales].join('\n')}\n`);
}

/** What the tracker's log has of these orders. */
function inboundOf(subjects, database) {
  const names = subjects.filter((tx) => /^order-\d+$/.test(tx)).map((tx) => `'${tx}'`);
  if (names.length === 0) return [];
  return database.query(
    `SELECT received_at, transaction_id, delivery_id, outcome, reason, status, conversion_id, repeats
     FROM tallyback_inbound_postbacks WHERE transaction_id IN (${names.join()}) ORDER BY id`,
  );
}
