import { join } from 'node:path';
import { openLog } from '../contenders/append-log.mjs';
import { openBullmq } from '../contenders/bullmq.mjs';
import { openPgBoss } from '../contenders/pg-boss.mjs';
import { openPosthog } from '../contenders/posthog.mjs';
import { openSegment } from '../contenders/segment.mjs';
import { openTallyback } from '../contenders/tallyback.mjs';
import { openTallybackOnLog } from '../contenders/tallyback-on-log.mjs';
import { callsPerSecond } from '../lib/callers.mjs';
import { conversions } from '../lib/conversions.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';
import { startSilentServer } from '../lib/silent-server.mjs';

const MILLISECONDS = 500;

/** `convert()` on an SQLite file, by so many callers at once: each waits until its own is on the disk. */
async function measure(name, atOnce, context) {
  const silent = await startSilentServer();
  const open = await openAll(name, silent.url, context);
  const conversion = conversions();
  const contenders = Object.fromEntries(
    Object.entries(open).map(([contender, { store, settle }]) => [
      contender,
      async () => {
        const rate = await callsPerSecond(() => store(conversion()), { atOnce, milliseconds: MILLISECONDS });
        await settle?.();
        return rate;
      },
    ]),
  );
  try {
    return rowsOf(name, 'tallyback', await interleave(contenders, context.rounds, context.progress), 'conversions/s');
  } finally {
    await Promise.allSettled(Object.values(open).map(({ close }) => close()));
    await silent.stop();
  }
}

async function openAll(name, silent, { folder, postgres, redis, sink }) {
  const [{ url }, database, store] = await Promise.all([sink(), postgres(), redis()]);
  const open = {
    tallyback: await openTallyback({ path: join(folder, `${name}.db`), url: silent, quiet: true }),
    'fsynced append log': await openLog({ path: join(folder, `${name}.log`) }),
    'convert() on an fsynced append log': await openTallybackOnLog({
      path: join(folder, `${name}.sdk.log`),
      url: silent,
    }),
    'pg-boss send': await openPgBoss({ url: database.url(), schema: `boss_${name.replaceAll('.', '_')}` }),
    'Segment track (in memory)': await openSegment({ url }),
    'PostHog capture (in memory)': await openPosthog({ url }),
  };
  if (store) open['BullMQ add, appendfsync always'] = await openBullmq({ port: store.port, name });
  return open;
}

const NAME = 'convert.durable.sqlite';

export const cases = {
  [NAME]: (context) => measure(NAME, 100, context),
  [`${NAME}.1`]: (context) => measure(`${NAME}.1`, 1, context),
  [`${NAME}.1000`]: (context) => measure(`${NAME}.1000`, 1_000, context),
};
