import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases, slowCases } from './cases/index.mjs';
import { htmlReport } from './lib/html-report.mjs';
import { leavingClean } from './lib/leaving.mjs';
import { machine, told, versions } from './lib/machine.mjs';
import { services } from './lib/services.mjs';

const USAGE = 'npm run bench -- [--only NAME] [--rounds 7] [--json FILE] [--html FILE]';
const values = readOptions();
const all = { ...cases, ...slowCases };
const { names, alsoSlow } = chosen(values.only);
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds must be a whole number, at least 1');

const run = { machine: machine(), versions: versions(), rounds, rows: [] };
for (const line of told(run)) console.log(line);
console.log(
  values.only === 'convert.memory'
    ? 'Measured once.\n'
    : `${rounds} interleaved rounds each; the ratio is the median over the rounds, its spread in brackets\n`,
);

if (alsoSlow.length > 0) console.log(`Not run, since they are named in full only: ${alsoSlow.join(', ')}\n`);

const folder = await mkdtemp(join(tmpdir(), 'tallyback-bench-'));
const { stop, ...shared } = services(folder, (line) => console.log(line));
await leavingClean(measureAll, async () => {
  await stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});
if (values.json) await writeFile(values.json, `${JSON.stringify(run, null, 2)}\n`);
if (values.html) await writeFile(values.html, htmlReport(run));

async function measureAll() {
  for (const name of names) {
    const progress = (done) => process.stderr.isTTY && process.stderr.write(`\r${name}: round ${done} of ${rounds} `);
    for (const row of await all[name]({ folder, rounds, progress, ...shared })) {
      run.rows.push(row);
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      console.log(lineOf(row));
    }
  }
}

/** What `--only` names: one benchmark, or all whose names begin so and that take seconds. */
function chosen(only = '') {
  if (only in all) return { names: [only], alsoSlow: [] };
  const names = Object.keys(cases).filter((name) => name.startsWith(only));
  const slow = only === '' ? [] : Object.keys(slowCases).filter((name) => name.startsWith(only));
  if (names.length === 0 && slow.length > 0) {
    fail(
      `--only ${only}: what is called so takes minutes or gigabytes, and runs when it is named in full:\n` +
        slow.map((name) => `  npm run bench -- --only ${name}`).join('\n'),
    );
  }
  if (names.length === 0) {
    fail(
      `--only ${only}: there is no benchmark whose name begins so. There are:\n  ${Object.keys(cases).join('\n  ')}\n` +
        `and, when they are named in full:\n  ${Object.keys(slowCases).join('\n  ')}`,
    );
  }
  return { names, alsoSlow: slow };
}

function lineOf({ name, baseline, ratio, median, baselineMedian, unit, spread: [least, most] }) {
  const subject = `${name.padEnd(34)} ${String(median).padStart(8)} ${unit}`;
  return `${subject}   ${ratio.toFixed(2)} x ${baseline} (${baselineMedian})   [${least.toFixed(2)} – ${most.toFixed(2)}]`;
}

function readOptions() {
  const text = { type: 'string' };
  const options = { only: text, json: text, html: text, rounds: { ...text, default: '7' }, help: { type: 'boolean' } };
  let read;
  try {
    read = parseArgs({ options }).values;
  } catch (error) {
    fail(`${error.message}\n${USAGE}`);
  }
  if (read.help) {
    console.log(USAGE);
    process.exit(0);
  }
  return read;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
