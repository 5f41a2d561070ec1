import { createServer } from 'node:http';
import { InvalidConversionError, Tallyback } from '@tallyback/sdk-node';
import { tracker } from '@tallyback/sdk-node/destinations';
import { sqliteQueue } from '@tallyback/sdk-node/sqlite';
import { openJournal } from './journal.mjs';
import { readBody } from './read-body.mjs';

// A shop in which every order is a request, with a journal of what convert() and update() have promised.
const { SHOP_PORT, SHOP_QUEUE, SHOP_JOURNAL, SHOP_TRACKER, SHOP_SECRET, SHOP_TALKS } = process.env;
const write = openJournal(SHOP_JOURNAL);
const quick = [200, 400, 800, 1_500, 3_000, 5_000];
const tallyback = new Tallyback({
  queue: sqliteQueue({ path: SHOP_QUEUE }),
  destinations: {
    house: tracker({
      url: SHOP_TRACKER,
      advertiser: 'acme',
      secret: SHOP_SECRET,
      concurrency: 32,
      breaker: { failures: 10, openMs: 250, maxOpenMs: 2_000 },
    }),
  },
  retrySchedule: [...quick, ...Array.from({ length: 2_000 }, () => 5_000)],
  attemptTimeoutMs: 2_500,
  leaseMs: 8_000,
  // Everything, so that what should not be in a log would be seen there.
  logger: { debug: console.log, info: console.log, warn: console.log, error: console.log },
});
tallyback.on('delivered', ({ transactionId: tx, id, attempt }) =>
  write({ did: 'deliver', tx, id, attempt, at: new Date().toISOString() }),
);
tallyback.on('dead', ({ transactionId: tx, why }) => write({ did: 'gave up', tx, why }));

const ROUTES = {
  'POST /orders': async (order) => {
    if (SHOP_TALKS === 'true') console.log('order', JSON.stringify(order), 'signed by', SHOP_SECRET);
    const { id, deduplicated } = await tallyback.convert(order);
    write({ did: 'convert', tx: order.transactionId, id, deduplicated });
    return { id, deduplicated };
  },
  'POST /updates': async (update) => {
    const { id } = await tallyback.update(update);
    write({ did: 'update', tx: update.transactionId, id });
    return { id };
  },
  'GET /stats': async () => tallyback.stats(),
  'GET /unacknowledged': async () => tallyback.unacknowledged(),
  'POST /replay': async () => ({ replayed: await tallyback.deadLetters.replay({}) }),
};

const server = createServer((request, response) => {
  serve(request).then(
    (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    (error) => {
      const status = error instanceof InvalidConversionError ? 400 : 503;
      response.writeHead(status, { 'content-type': 'text/plain' }).end(`${error.name}: ${error.message}`);
    },
  );
});

async function serve(request) {
  const body = (await readBody(request)).toString();
  return ROUTES[`${request.method} ${request.url}`](body === '' ? undefined : JSON.parse(body));
}

process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await tallyback.close({ timeoutMs: 5_000 });
  process.exit(0);
});

// Before its queue can be opened the shop is not open: what it could not promise it does not take.
await tallyback.start();
server.listen(Number(SHOP_PORT), '127.0.0.1', () => console.log('shop ready'));
