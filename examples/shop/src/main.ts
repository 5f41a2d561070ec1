import type { AddressInfo } from 'node:net';
import { Tallyback } from '@tallyback/sdk-node';
import { tracker } from '@tallyback/sdk-node/destinations';
import { sqliteQueue } from '@tallyback/sdk-node/sqlite';
import { type Environment, readEnvironment } from './environment.js';
import { OrderBook } from './order-book.js';
import { Sales } from './sales.js';
import { createShopServer } from './server.js';
import { Shop } from './shop.js';
import { readStaticFiles } from './static-files.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main({ host, port, ordersPath, queuePath, payUrl, ...target }: Environment): Promise<void> {
  const tallyback = new Tallyback({
    queue: sqliteQueue({ path: queuePath }),
    destinations: {
      house: tracker({ url: target.trackerUrl, advertiser: target.advertiser, secret: target.secret }),
    },
  });
  const orders = await OrderBook.open(ordersPath);
  const sales = new Sales(tallyback, orders, say);
  await sales.reportMissing();

  // Relative to the tracker's address with a slash, because the tracker may live below a path.
  const clicksUrl = new URL('v1/clicks', target.trackerUrl.replace(/\/*$/, '/')).href;
  const server = createShopServer(new Shop(orders, sales, readStaticFiles(), { clicksUrl, payUrl }), say, clicksUrl);
  const stop = async (): Promise<void> => {
    // A connection that gets its answer now would otherwise idle for the usual keep-alive time and hold the process.
    server.keepAliveTimeout = 1;
    await new Promise((resolve) => server.close(resolve));
    const { delivered, pending, dead } = await tallyback.close();
    await orders.close();
    say(`shop stopped: ${delivered} delivered, ${pending} waiting for the next start, ${dead} dead`);
  };
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) return;
    isStopping = true;
    stop().catch(fail);
  };
  // Before anybody is told that the shop is ready, and could ask it to stop.
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  say(`shop ready at http://${host}:${(server.address() as AddressInfo).port}`);
}

function fail(error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException;
  const port = process.env.SHOP_PORT || '4020';
  const inUse = `port ${port} is in use: choose another one with SHOP_PORT`;
  process.stderr.write(`${code === 'EADDRINUSE' ? inUse : message}\n`);
  process.exit(1);
}

try {
  await main(readEnvironment(process.env));
} catch (error) {
  fail(error);
}
