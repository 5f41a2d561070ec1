import { join } from 'node:path';
import { startServer } from '../lib/child.mjs';
import { processTime } from '../lib/cpu-time.mjs';
import { httpLoad } from '../lib/http-load.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';

const BROWSER = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
};

const LINK = '/c/spring?external_id=X1&sub1=a&sub2=b';

/**
 * A redirect whose click is on the disk before the answer, against servers that store nothing and against Nest controllers
 * that await the repository.
 */
async function measure(name, connections, [ours, plain, tuned], { rounds, progress }) {
  const contenders = {
    tallyback: { path: LINK, file: 'tracker.mjs', env: ours },
    'plain Nest, repository.save': { path: LINK, file: 'plain-redirect.mjs', env: plain },
    'tuned Nest, repository.save': { path: LINK, file: 'repository-redirect.mjs', env: tuned },
    fastify: { path: '/', file: 'fastify-redirect.mjs' },
    'node:http': { path: '/', file: 'raw-redirect.mjs' },
  };
  const servers = [];
  const [runs, times] = [{}, {}];
  try {
    for (const [contender, { path, file, env }] of Object.entries(contenders)) {
      const server = await startServer(file, env);
      servers.push(server);
      const url = new URL(path, server.url).href;
      const load = () => httpLoad(url, { expect: 302, headers: BROWSER, connections });
      times[contender] = [];
      runs[contender] = process.platform === 'linux' ? () => timed(server.pid, load, times[contender]) : load;
    }
    const rows = rowsOf(name, 'tallyback', await interleave(runs, rounds, progress), 'redirects/s');
    if (process.platform !== 'linux') return rows;
    // The round that is thrown away.
    for (const list of Object.values(times)) list.shift();
    return [...rows, ...rowsOf(name.replace('.durable', '.cpu'), 'tallyback', times, 'µs', 'lower')];
  } finally {
    await Promise.all(servers.map(({ stop }) => stop()));
  }
}

/** Keeps as well how many microseconds of processor time an answer took in its server: load and database not counted. */
async function timed(pid, load, times) {
  const [before, start] = [await processTime(pid), performance.now()];
  const rate = await load();
  const answers = (rate * (performance.now() - start)) / 1000;
  times.push(((await processTime(pid)) - before) / answers);
  return rate;
}

/** Visitors at once. A group of clicks is on its way to the disk while the others come in: with few there are few in each. */
const MANY = 256;
const FEW = 64;

function sqlite(name, connections) {
  const measured = (context) => {
    const files = ['clicks', 'plain', 'tuned'].map((kind) => join(context.folder, `${kind}-${connections}.db`));
    const envs = files.map((file) => ({ BENCH_SQLITE: file }));
    return measure(name, connections, envs, context);
  };
  return { [name]: measured };
}

function postgres(name, connections) {
  const measured = async (context) => {
    const env = { BENCH_POSTGRES: (await context.postgres()).url() };
    return measure(name, connections, [env, env, env], context);
  };
  return { [name]: measured };
}

export const cases = {
  ...sqlite('click.redirect.durable.sqlite', MANY),
  ...sqlite('click.redirect.durable.sqlite.64', FEW),
  ...postgres('click.redirect.durable.postgres', MANY),
  ...postgres('click.redirect.durable.postgres.64', FEW),
};
