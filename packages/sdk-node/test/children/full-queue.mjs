// A shop whose queue takes no settlement at first: full-queue.mjs <tracker url> <secret>
import { tracker } from '../../dist/destinations.js';
import { Tallyback } from '../../dist/index.js';
import { memoryQueue } from '../../dist/memory.js';

const COUNT = 16;
const [url, secret] = process.argv.slice(2);
const queue = memoryQueue();
const settle = queue.settle.bind(queue);
let refused = 0;
queue.settle = async (settlements) => {
  if (refused >= COUNT) return settle(settlements);
  refused += settlements.length;
  throw new Error('full');
};
const tallyback = new Tallyback({
  queue,
  destinations: { house: tracker({ url, advertiser: 'acme', secret }) },
  logger: { debug() {}, info() {}, warn() {}, error() {} },
});
for (let index = 0; index < COUNT; index += 1) await tallyback.convert({ transactionId: `order-${index}` });
await tallyback.close();
