import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from './audit/audit.mjs';
import { collectEvidence } from './audit/evidence.mjs';
import { drain } from './drain.mjs';
import { Driver } from './driver/driver.mjs';
import { Record } from './driver/record.mjs';
import { Killer } from './killer/killer.mjs';
import { planFaults } from './killer/plan.mjs';
import { Chronicle } from './lib/chronicle.mjs';
import { Dice } from './lib/dice.mjs';
import { readOptions, USAGE } from './options.mjs';
import { liesOf, PLANTS } from './plants.mjs';
import { Progress } from './progress.mjs';
import { printVerdict, tellDifferences } from './verdict.mjs';
import { keepFolder, makeFolder, removeLeftovers } from './world/run-folder.mjs';
import { World } from './world/world.mjs';

const options = readOrEnd();
const { seed, seconds, database, trackers, conversions } = options;
const dice = new Dice(seed);
const chronicle = new Chronicle();
const record = new Record();
// Short runs have no time for long silences; in long ones senders must meet them.
const patienceMs = Math.min(6_000, 1_000 + seconds * 40);
const meanGap = Math.min(3, Math.max(1.5, seconds / 40));
for (const left of await removeLeftovers()) console.log(`removed what a run that was killed had left: ${left}`);
const folder = await makeFolder();
const world = new World({ folder, dice, chronicle, options, patienceMs, lies: liesOf(options.plants) });
const progress = new Progress(
  () =>
    `${chronicle.seconds().toFixed(0).padStart(5)} s  ${record.clicks.size} clicks  ${record.takenCount} orders  ` +
    `${chronicle.total('kill') + chronicle.total('crash')} kills  ${chronicle.total('')} faults  `,
);
let driver;
let killer;
let isBrokenOff = false;
let isKept = options.keep;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, breakOff);
try {
  console.log(`chaos on ${database}, ${trackers} tracker(s), ${conversions} orders in ${seconds} s, seed ${seed}`);
  progress.show('starting everything');
  await world.open();
  if (!world.quota.isLimited) console.log('skipped: a full disk for the queue (takes a mount: root on Linux)');
  const has = [database, ...(world.quota.isLimited ? ['quota'] : [])];
  const plan = planFaults({ dice: dice.for('killer'), seconds, meanGap, has, patienceMs });
  killer = new Killer(world, chronicle);
  driver = new Driver({ dice: dice.for('visitors'), record, chronicle, urls: world.urls, thinkMs: patienceMs });

  progress.show('chaos');
  const killing = killer.carryOut(plan);
  await driver.send({ count: conversions, seconds });
  await killer.stop();
  await killing;
  const show = (phase) => progress.show(phase);
  const withinMs = 60_000 + seconds * 500;
  const drained = await drain({ world, driver, patienceMs, withinMs, show });
  for (const name of options.plants) if (PLANTS[name].tamper) await world.database.query(PLANTS[name].tamper);
  progress.show('reading the books');
  const evidence = await collectEvidence(world, record);
  const differences = [...drained.differences, ...audit(evidence)];
  progress.end();
  const result = printVerdict({ options, chronicle, record, evidence, differences, replayed: drained.replayed });
  if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (differences.length > 0) {
    const report = join(folder, 'differences.txt');
    await tellDifferences(differences, { options, world, chronicle, evidence, report });
  }
  process.exitCode = differences.length === 0 ? 0 : 1;
  isKept ||= differences.length > 0 && options.plants.length === 0;
} catch (error) {
  progress.end();
  // What fails because everything is being taken down is not worth a word.
  if (!isBrokenOff) {
    console.error(error);
    for (const { state } of world.actors.values()) console.error(state);
    console.error(`seed ${seed}`);
    process.exitCode = 1;
    isKept = true;
  }
  // It would go on with what is being taken down.
  await killer?.stop().catch(() => {});
} finally {
  await driver?.close();
  await world.close({ keepQueue: isKept });
  if (isKept) {
    await keepFolder(folder);
    console.log(`books and output of the processes are kept in ${folder}`);
  } else rmSync(folder, { recursive: true, force: true });
}

/** Nothing may stay behind: neither processes nor a mounted folder. */
async function breakOff() {
  // A terminal tells every process, and npm hands it on: it comes twice.
  if (isBrokenOff) return;
  isBrokenOff = true;
  progress.end();
  console.log(`broken off; seed ${seed}`);
  void killer?.stop().catch(() => {});
  await world.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(130);
}

function readOrEnd() {
  try {
    const read = readOptions(process.argv.slice(2));
    if (read !== undefined) return read;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(1);
  }
}
