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
async function measure(name, env, plainEnv, { rounds, progress }) {
  const raw = await startServer('raw-redirect.mjs');
  const tracker = await startServer('tracker.mjs', env);
  const plain = await startServer('repository-redirect.mjs', plainEnv);
  try {
    const link = '/c/spring?external_id=X1&sub1=a&sub2=b';
    const contenders = {
      tallyback: () => httpLoad(tracker.url + link, { expect: 302, headers: BROWSER }),
      'repository.save': () => httpLoad(plain.url + link, { expect: 302, headers: BROWSER }),
      'node:http': () => httpLoad(raw.url, { expect: 302, headers: BROWSER }),
    };
    return rowsOf(name, 'tallyback', await interleave(contenders, rounds, progress), 'redirects/s');
  } finally {
    await Promise.all([raw.stop(), tracker.stop(), plain.stop()]);
  }
}

export const cases = {
  'click.redirect.durable.sqlite': (context) =>
    measure(
      'click.redirect.durable.sqlite',
      { BENCH_SQLITE: join(context.folder, 'clicks.db') },
      { BENCH_SQLITE: join(context.folder, 'plain.db') },
      context,
    ),
  'click.redirect.durable.postgres': async (context) => {
    const postgres = await context.postgres();
    const env = { BENCH_POSTGRES: postgres.url() };
    return measure('click.redirect.durable.postgres', env, env, context);
  },
};
