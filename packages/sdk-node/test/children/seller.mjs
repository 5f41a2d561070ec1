// Sells `count` orders, eight at a time, and says what it knows: seller.mjs <queue> <tracker url> <secret> <first>
// <count> <how far its clock is ahead, in ms>. The queue is a file or a PostgreSQL URL. Ends when its input does.
import { tracker, withFilter } from '../../dist/destinations.js';
import { Tallyback } from '../../dist/index.js';
import { sqliteQueue } from '../../dist/sqlite.js';

const [address, url, secret, first, count, ahead] = process.argv.slice(2);
async function queueAt(where) {
  if (!where.startsWith('postgres:')) return sqliteQueue({ path: where });
  const { DataSource } = await import('typeorm');
  const { typeormQueue } = await import('../../dist/typeorm.js');
  return typeormQueue(await new DataSource({ type: 'postgres', url: where }).initialize());
}

const house = tracker({ url, advertiser: 'acme', secret, concurrency: 4 });
const tallyback = new Tallyback({
  queue: await queueAt(address),
  destinations: { house: withFilter(house, { breaker: { openMs: 20, maxOpenMs: 100 } }) },
  attemptTimeoutMs: 1_000,
  leaseMs: 6_000,
  retrySchedule: Array(500).fill(20),
  now: () => Date.now() + Number(ahead),
  logger: { debug() {}, info() {}, warn() {}, error() {} },
});
const say = (what, which) => process.stdout.write(`${what} ${which}\n`);
tallyback.on('delivered', ({ id }) => say('delivered', id));
process.stdin.on('end', async () => {
  await tallyback.close();
  process.exit(0);
});
process.stdin.resume();
await tallyback.start();
let next = Number(first);
const end = next + Number(count);
const sell = async () => {
  while (next < end) {
    const transactionId = `order-${next}`;
    next += 1;
    await tallyback.convert({ transactionId, revenue: '10.00', currency: 'EUR' });
    say('receipt', transactionId);
  }
};
await Promise.all(Array.from({ length: 8 }, sell));
say('sold', 'all');
