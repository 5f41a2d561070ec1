import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases, slowCases } from './cases/index.mjs';
import { htmlReport } from './lib/html-report.mjs';
import { machine, told, versions } from './lib/machine.mjs';
import { services } from './lib/services.mjs';

const USAGE = 'npm run bench -- [--only NAME] [--rounds 7] [--json FILE] [--html FILE]';
const values = readOptions();
const all = { ...cases, ...slowCases };
const names =
  values.only in all
    ? [values.only]
    : Object.keys(cases).filter((name) => !values.only || name.startsWith(values.only));
if (names.length === 0)
  fail(`--only ${values.only}: there is no such benchmark. There are: ${Object.keys(all).join(', ')}`);
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds must be a whole number, at least 1');

const run = { machine: machine(), versions: versions(), rounds, rows: [] };
for (const line of told(run)) console.log(line);
console.log(
  values.only === 'convert.memory'
    ? 'Measured once.\n'
    : `${rounds} interleaved rounds each; the ratio is the median over the rounds, its spread in brackets\n`,
);

const folder = await mkdtemp(join(tmpdir(), 'tallyback-bench-'));
const { stop, ...shared } = services(folder, (line) => console.log(line));
try {
  for (const name of names) {
    const progress = (done) => process.stderr.isTTY && process.stderr.write(`\r${name}: round ${done} of ${rounds} `);
    for (const row of await all[name]({ folder, rounds, progress, ...shared })) {
      run.rows.push(row);
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      console.log(lineOf(row));
    }
  }
} finally {
  await stop();
  await rm(folder, { recursive: true, force: true });
}
if (values.json) await writeFile(values.json, `${JSON.stringify(run, null, 2)}\n`);
if (values.html) await writeFile(values.html, htmlReport(run));

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
