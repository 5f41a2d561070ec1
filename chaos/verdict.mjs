/** More stories than this are only counted. */
const MOST_STORIES = 5;
const MOST_DIFFERENCES = 50;

/** Says what was done and what was found, with the whole story of the orders that are not as they should be. */
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
  else tellDifferences(differences, { chronicle, evidence, options });
  return result;
}

function tellDifferences(differences, { chronicle, evidence, options }) {
  const { seed, seconds, database, trackers, conversions } = options;
  const again = `--minutes ${seconds / 60} --database ${database} --trackers ${trackers} --conversions ${conversions}`;
  console.log(`\n${differences.length} differences; seed ${seed}; again: npm run chaos -- ${again} --seed '${seed}'`);
  for (const [subject, what] of differences.slice(0, MOST_DIFFERENCES)) console.log(`  ${subject ?? '-'}: ${what}`);
  const subjects = [...new Set(differences.map(([subject]) => subject))].filter((subject) => subject !== undefined);
  for (const subject of subjects.slice(0, MOST_STORIES)) {
    console.log(`\nthe story of ${subject}`);
    for (const line of chronicle.story(subject)) console.log(`  ${line}`);
    for (const [book, rows] of Object.entries(booksOn(subject, evidence))) {
      for (const row of rows) console.log(`  ${book}: ${JSON.stringify(row)}`);
    }
  }
}

function booksOn(tx, { journal, identities, clicks, conversions, ledger, outbound, told }) {
  const own = conversions.filter((row) => row.transaction_id === tx);
  const ids = new Set(own.map(({ id }) => id));
  return {
    'shop journal': journal.filter((row) => row.tx === tx),
    'shop queue': identities.filter((row) => row.transaction_id === tx),
    click: clicks.filter((row) => row.sub1 === tx),
    conversion: own,
    ledger: ledger.filter((row) => ids.has(row.conversion_id)),
    outbound: outbound.filter((row) => ids.has(row.conversion_id)),
    partner: told.filter((row) => row.tx === tx),
  };
}
