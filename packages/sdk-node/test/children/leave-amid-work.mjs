// Ends the process while the queue's thread is in the middle of one long statement: leave-amid-work.mjs <queue file> <how>.
import { sqliteQueue } from '../../dist/sqlite.js';

const [path, how] = process.argv.slice(2);
const queue = sqliteQueue({ path });
const dead = { id: 'd', destination: 'house', body: '{}', dead: 'cannot be told' };
const identity = { kind: 'created', event: 'purchase', transactionId: 'order', createdAt: 1 };
await queue.enqueue({ id: 'm', ...identity, deliveries: [dead] });
// None of them is there, and it takes the statement a while to find that out.
const ids = Array.from({ length: 200_000 }, (_, index) => `nobody-${index}`);
queue.discard(ids).catch(() => {});
setTimeout(() => {
  if (how === 'throw') throw new Error('nobody catches this');
  process.exit(0);
}, 15);
