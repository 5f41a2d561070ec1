// A shop as its own process: shop.mjs <how> <queue file> <tracker url> <secret> <first> <count>
import { tracker } from '../../dist/destinations.js';
import { Tallyback } from '../../dist/index.js';
import { sqliteQueue } from '../../dist/sqlite.js';

const [how, path, url, secret, first, count] = process.argv.slice(2);
const tallyback = new Tallyback({
  queue: sqliteQueue({ path }),
  destinations: { house: tracker({ url, advertiser: 'acme', secret }) },
  // Short, so that a restarted shop need not wait long for what a killed one held.
  ...(how === 'natural' ? {} : { attemptTimeoutMs: 1_000, leaseMs: 6_000, retrySchedule: Array(50).fill(200) }),
  logger: { debug() {}, info() {}, warn() {}, error() {} },
});
const convert = (index) => tallyback.convert({ transactionId: `order-${index}`, revenue: '10.00', currency: 'EUR' });
const indexes = Array.from({ length: Number(count) }, (_, index) => Number(first) + index);

switch (how) {
  case 'exit':
    await Promise.all(indexes.map(convert));
    process.exit(0);
    break;
  case 'kill':
    await Promise.all(indexes.map(convert));
    process.kill(process.pid, 'SIGKILL');
    break;
  case 'kill-later':
    await Promise.all(indexes.map(convert));
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20);
    break;
  case 'exit-busy':
    // Leaves while the worker is in the middle of transactions.
    for (let index = 0; index < 50; index += 1) {
      void (async () => {
        for (let n = 0; ; n += 1) await convert(`${index}-${n}`);
      })();
    }
    setTimeout(() => process.exit(0), 150);
    break;
  case 'stay':
    // A restarted shop: delivers what was left until its parent closes the pipe.
    process.stdin.on('end', () => process.exit(0)).resume();
    break;
  default:
    // `natural`: nobody calls flush or close.
    for (const index of indexes) await convert(index);
}
