// Stores and claims `count` deliveries in the queue file `path` for a whole day, and is killed.
import { sqliteQueue } from '../../dist/sqlite.js';

const [path, count] = process.argv.slice(2);
const queue = sqliteQueue({ path });
for (let index = 0; index < Number(count); index += 1) {
  const deliveries = [{ id: `d${index}`, destination: 'house', body: '{}' }];
  const identity = { kind: 'created', event: 'purchase', transactionId: `order-${index}`, createdAt: 1 };
  await queue.enqueue({ id: `m${index}`, ...identity, deliveries });
}
await queue.claim({ destination: 'house', limit: 100, leaseMs: 86_400_000, now: 1_000 });
process.kill(process.pid, 'SIGKILL');
