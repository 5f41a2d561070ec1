// A shop whose queue lives in Redis, which never calls flush or close: redis-shop.mjs <port> <tracker url> <secret> <count>
import { bullmqQueue } from '../../dist/bullmq.js';
import { tracker } from '../../dist/destinations.js';
import { Tallyback } from '../../dist/index.js';

const [port, url, secret, count] = process.argv.slice(2);
const tallyback = new Tallyback({
  queue: bullmqQueue({ host: '127.0.0.1', port: Number(port) }),
  destinations: { house: tracker({ url, advertiser: 'acme', secret }) },
});
for (let n = 0; n < Number(count); n += 1) {
  await tallyback.convert({ transactionId: `order-${n}`, revenue: '10.00', currency: 'EUR' });
}
