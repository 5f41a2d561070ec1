import { join } from 'node:path';
import { startServer } from '../lib/child.mjs';
import { httpLoad } from '../lib/http-load.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';

const BROWSER = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
};

/**
 * A redirect whose click is on the disk before the answer, against a raw server that stores nothing and against a plain
 * Nest controller that awaits the repository.
 */
async function measure(name, connections, env, plainEnv, { rounds, progress }) {
  const raw = await startServer('raw-redirect.mjs');
  const tracker = await startServer('tracker.mjs', env);
  const plain = await startServer('repository-redirect.mjs', plainEnv);
  try {
    const link = '/c/spring?external_id=X1&sub1=a&sub2=b';
    const load = (url) => httpLoad(url, { expect: 302, headers: BROWSER, connections });
    const contenders = {
      tallyback: () => load(tracker.url + link),
      'repository.save': () => load(plain.url + link),
      'node:http': () => load(raw.url),
    };
    return rowsOf(name, 'tallyback', await interleave(contenders, rounds, progress), 'redirects/s');
  } finally {
    await Promise.all([raw.stop(), tracker.stop(), plain.stop()]);
  }
}

/** Visitors at once. A group of clicks is on its way to the disk while the others come in: with few there are few in each. */
const MANY = 256;
const FEW = 64;

function sqlite(name, connections) {
  const measured = (context) => {
    const file = (contender) => ({ BENCH_SQLITE: join(context.folder, `${contender}-${connections}.db`) });
    return measure(name, connections, file('clicks'), file('plain'), context);
  };
  return { [name]: measured };
}

function postgres(name, connections) {
  const measured = async (context) => {
    const env = { BENCH_POSTGRES: (await context.postgres()).url() };
    return measure(name, connections, env, env, context);
  };
  return { [name]: measured };
}

export const cases = {
  ...sqlite('click.redirect.durable.sqlite', MANY),
  ...sqlite('click.redirect.durable.sqlite.64', FEW),
  ...postgres('click.redirect.durable.postgres', MANY),
  ...postgres('click.redirect.durable.postgres.64', FEW),
};
