import { createServer } from 'node:net';
import { join } from 'node:path';
import { createId } from '@tallyback/protocol';
import { Tallyback } from '@tallyback/sdk-node';
import { tracker } from '@tallyback/sdk-node/destinations';
import { sqliteQueue } from '@tallyback/sdk-node/sqlite';
import { openAppendLog } from '../lib/append-log.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';

const CONVERSIONS = 20_000;
const AT_ONCE = 100;
const NAME = 'convert.durable.sqlite';

async function measure({ folder, rounds, progress }) {
  const silent = await silentServer();
  const log = await openAppendLog(join(folder, 'append.log'));
  const tallyback = new Tallyback({
    queue: sqliteQueue({ path: join(folder, 'queue.db') }),
    destinations: { house: tracker({ url: silent.url, advertiser: 'acme', secret: `whsec_${'A'.repeat(43)}=` }) },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  let order = 0;
  const conversion = () => ({
    clickId: createId(),
    event: 'purchase',
    transactionId: `A-${++order}`,
    revenue: '49.90',
    currency: 'EUR',
  });
  const contenders = {
    tallyback: () => perSecond(() => tallyback.convert(conversion())),
    'fsynced append log': () => perSecond(() => log.append(`${JSON.stringify(conversion())}\n`)),
  };
  try {
    return rowsOf(NAME, 'tallyback', await interleave(contenders, rounds, progress), 'conversions/s');
  } finally {
    await tallyback.close({ timeoutMs: 1_000 });
    await Promise.all([log.close(), silent.close()]);
  }
}

async function perSecond(store) {
  let left = CONVERSIONS;
  const caller = async () => {
    while (left-- > 0) await store();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return CONVERSIONS / ((performance.now() - start) / 1000);
}

/** Takes connections and never answers, so that what is measured is the storing alone. */
function silentServer() {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        close() {
          for (const socket of sockets) socket.destroy();
          return new Promise((closed) => server.close(closed));
        },
      });
    });
  });
}

export const cases = { [NAME]: measure };
