// A shop whose queue lives in its PostgreSQL: typeorm-shop.mjs <how> <database url> <tracker url> <secret> <first> <count>
import { DataSource } from 'typeorm';
import { tracker } from '../../dist/destinations.js';
import { Tallyback } from '../../dist/index.js';
import { typeormQueue } from '../../dist/typeorm.js';

const [how, database, url, secret, first, count] = process.argv.slice(2);
const dataSource = await new DataSource({ type: 'postgres', url: database }).initialize();
const queue = typeormQueue(dataSource);
const tallyback = new Tallyback({
  queue,
  destinations: { house: tracker({ url, advertiser: 'acme', secret }) },
  // Short, so that a restarted shop need not wait long for what a killed one held.
  attemptTimeoutMs: 500,
  leaseMs: 5_500,
  retrySchedule: Array(100).fill(100),
  logger: { debug() {}, info() {}, warn() {}, error() {} },
});

if (how === 'stay') {
  // A restarted shop: delivers what was left until its parent closes the pipe.
  process.stdin.on('end', () => process.exit(0)).resume();
} else {
  // Says each order that has its receipt; the parent kills it at some moment.
  for (let n = 0; n < Number(count); n += 1) {
    const transactionId = `order-${Number(first) + n}`;
    await tallyback.convert({ transactionId, revenue: '10.00', currency: 'EUR' });
    process.stdout.write(`${transactionId}\n`);
  }
}
