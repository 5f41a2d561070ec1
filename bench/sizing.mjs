// What a click and a postback cost, and the machines that so many a day need: the tables of the tracker's docs/scaling.md.
// node bench/sizing.mjs [milliseconds of each measurement, default 5000]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from '../scripts/setup.mjs';

await setUp('all');
const { startServer } = await import('./lib/child.mjs');
const { processTime, serverTime } = await import('./lib/cpu-time.mjs');
const { httpLoad, requestLoad } = await import('./lib/http-load.mjs');
const { signedPost } = await import('./lib/post.mjs');
const { leavingClean } = await import('./lib/leaving.mjs');
const { services } = await import('./lib/services.mjs');
const { storedBytes } = await import('./lib/stored-bytes.mjs');

const MILLISECONDS = Number(process.argv[2] ?? 5_000);
const BROWSER = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
};
/** Not more of a core than this is planned with: the rest is for bursts, reports and vacuum. */
const UTILISATION = 0.6;
/** The busiest second has so many times the mean of the day. */
const PEAK = 3;
const CONVERSION_RATE = 0.02;
const DAY_SECONDS = 86_400;

const folder = await mkdtemp(join(tmpdir(), 'tallyback-sizing-'));
const shared = services(folder, console.error);
await leavingClean(measureAll, async () => {
  await shared.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function measureAll() {
  const sqlite = { type: 'sqlite', path: join(folder, 'sizing.db') };
  const postgres = { type: 'postgres', url: (await shared.postgres()).url() };
  const costs = [
    ['SQLite', await costsOn(sqlite, { BENCH_SQLITE: sqlite.path })],
    ['PostgreSQL', await costsOn(postgres, { BENCH_POSTGRES: postgres.url })],
  ];
  printCosts(costs);
  printMachines(costs[1][1]);
}

/** A click over its link and a signed message over HTTP, each in a stretch of its own. */
async function costsOn(database, env) {
  const tracker = await startServer('tracker.mjs', env);
  try {
    const link = `${tracker.url}/c/spring?external_id=X1&sub1=a&sub2=b`;
    await httpLoad(link, { expect: 302, headers: BROWSER, milliseconds: 1_000 });
    const click = await measure(database, tracker, (milliseconds) =>
      httpLoad(link, { expect: 302, headers: BROWSER, milliseconds }),
    );
    const ids = await visit(link);
    let order = 0;
    const next = () => {
      const clickId = ids[order++ % ids.length];
      return signedPost({ clickId, transactionId: `S-${order}`, revenue: '49.90', currency: 'EUR' });
    };
    const post = (milliseconds) => requestLoad(tracker.url, next, { expect: 201, milliseconds });
    await post(1_000);
    return { click, postback: await measure(database, tracker, post) };
  } finally {
    await tracker.stop();
  }
}

async function visit(link) {
  const visits = Array.from({ length: 1_000 }, () => fetch(link, { redirect: 'manual', headers: BROWSER }));
  const answers = await Promise.all(visits);
  return answers.map(({ headers }) => new URL(headers.get('location')).searchParams.get('clickid'));
}

/** Microseconds of processor time, bytes of the log and bytes on the disk, each for one answer. */
async function measure(database, { pid }, load) {
  const before = [await processTime(pid), await serverTime(database), await storedBytes(database)];
  const start = performance.now();
  const rate = await load(MILLISECONDS);
  const answers = (rate * (performance.now() - start)) / 1000;
  const after = [await processTime(pid), await serverTime(database), await storedBytes(database)];
  return {
    rate,
    tracker: (after[0] - before[0]) / answers,
    server: (after[1] - before[1]) / answers,
    log: (after[2].log - before[2].log) / answers,
    disk: (after[2].disk - before[2].disk) / answers,
  };
}

function printCosts(costs) {
  console.log(
    '| | tracker, µs of a core | PostgreSQL, µs of a core | write-ahead log, bytes | tables and indexes, bytes |',
  );
  console.log('|---|---|---|---|---|');
  for (const [name, kinds] of costs) {
    for (const [kind, { tracker, server, log, disk }] of Object.entries(kinds)) {
      const cells = [tracker, server, log, disk].map((value) => (value > 0 ? Math.round(value) : '–'));
      console.log(`| ${kind} on ${name} | ${cells.join(' | ')} |`);
    }
  }
}

function printMachines({ click, postback }) {
  console.log(
    '\n| clicks a day | at the peak, a second | tracker cores | PostgreSQL cores | log, MB/s at the peak | tables, GB a month |',
  );
  console.log('|---|---|---|---|---|---|');
  for (const perDay of [1e6, 1e7, 1e8, 1e9]) {
    const peak = (perDay / DAY_SECONDS) * PEAK;
    const each = (of) => click[of] + postback[of] * CONVERSION_RATE;
    const cores = (of) => Math.max(0.1, (peak * each(of)) / 1e6 / UTILISATION).toFixed(1);
    const log = ((peak * each('log')) / 1e6).toFixed(1);
    const disk = ((perDay * 30 * each('disk')) / 1e9).toFixed(0);
    console.log(
      `| ${perDay / 1e6} million | ${Math.round(peak)} | ${cores('tracker')} | ${cores('server')} | ${log} | ${disk} |`,
    );
  }
}
