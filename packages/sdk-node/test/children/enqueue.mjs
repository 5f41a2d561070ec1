// Stores `count` messages in the queue file `path`; several of these run at once on the same file.
import { sqliteQueue } from '../../dist/sqlite.js';

const [path, count] = process.argv.slice(2);
const queue = sqliteQueue({ path });
const results = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const deliveries = [{ id: `${process.pid}-${index}`, destination: 'house', body: '{}' }];
    const identity = { kind: 'created', event: 'purchase', transactionId: `order-${index}`, createdAt: 1 };
    return queue.enqueue({ id: `${process.pid}m${index}`, ...identity, deliveries });
  }),
);
process.stdout.write(JSON.stringify({ stored: results.filter(({ stored }) => stored).length }));
await queue.close();
