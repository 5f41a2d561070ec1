import { join } from 'node:path';
import { startServer } from '../lib/child.mjs';
import { requestLoad } from '../lib/http-load.mjs';
import { databaseMaker } from '../lib/intake-databases.mjs';
import { signedPost } from '../lib/post.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';

const BROWSER = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
};
const CLICKS = 1_000;

/** A signed message over HTTP, recorded before the answer, against a server that reads the same and stores nothing. */
async function measure(kind, env, context) {
  const tracker = await startServer('tracker.mjs', env);
  try {
    const clickIds = await visit(tracker.url);
    let order = 0;
    const next = () => {
      const clickId = clickIds[order++ % clickIds.length];
      return signedPost({ clickId, transactionId: `H-${order}`, revenue: '49.90', currency: 'EUR' });
    };
    const sink = await context.sink();
    const contenders = {
      tallyback: () => requestLoad(tracker.url, next, { expect: 201 }),
      'node:http': () => requestLoad(new URL(sink.url).origin, next, { expect: 200 }),
    };
    const results = await interleave(contenders, context.rounds, context.progress);
    return rowsOf(`intake.http.${kind}`, 'tallyback', results, 'postbacks/s');
  } finally {
    await tracker.stop();
  }
}

/** Clicks as visitors make them; answers their ids. */
async function visit(url) {
  const ids = [];
  for (let i = 0; i < CLICKS; i++) {
    const answer = await fetch(`${url}/c/spring`, { redirect: 'manual', headers: BROWSER });
    ids.push(new URL(answer.headers.get('location')).searchParams.get('clickid'));
  }
  return ids;
}

export const cases = {
  'intake.http.sqlite': (context) =>
    measure('sqlite', { BENCH_SQLITE: join(context.folder, 'intake-http.db') }, context),
  'intake.http.postgres': async (context) => {
    const { url } = await (await databaseMaker('postgres', context))('http');
    return measure('postgres', { BENCH_POSTGRES: url }, context);
  },
};
