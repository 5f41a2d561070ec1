import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../scripts/postgres/start-postgres.mjs';
import { cases as clickRedirect } from './cases/click-redirect.mjs';
import { cases as convertDurable } from './cases/convert-durable.mjs';

const ALL = { ...clickRedirect, ...convertDurable };

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string' }, rounds: { type: 'string', default: '7' } },
});
const names = Object.keys(ALL).filter((name) => !values.only || name.startsWith(values.only));
if (names.length === 0)
  fail(`--only ${values.only}: there is no such benchmark. There are: ${Object.keys(ALL).join(', ')}`);
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds must be a whole number, at least 1');

const [{ model }] = cpus();
console.log(
  `${platform()} ${release()} ${arch()}, ${cpus().length} x ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
console.log(`${rounds} interleaved rounds each; the ratio is the median over the rounds, its spread in brackets\n`);

const folder = await mkdtemp(join(tmpdir(), 'tallyback-bench-'));
let postgres;
const rows = [];
try {
  for (const name of names) {
    const progress = (done) => process.stderr.isTTY && process.stderr.write(`\r${name}: round ${done} of ${rounds} `);
    const context = {
      folder,
      rounds,
      progress,
      postgres: async () => (postgres ??= await startPostgres({ durable: true })),
    };
    for (const row of await ALL[name](context)) {
      rows.push(row);
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      console.log(lineOf(row));
    }
  }
} finally {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
}
if (values.json) await writeFile(values.json, `${JSON.stringify({ rows }, null, 2)}\n`);

function lineOf({ name, baseline, ratio, median, baselineMedian, unit, spread: [least, most] }) {
  const subject = `${name.padEnd(34)} ${String(median).padStart(8)} ${unit}`;
  return `${subject}   ${ratio.toFixed(2)} x ${baseline} (${baselineMedian})   [${least.toFixed(2)} – ${most.toFixed(2)}]`;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
