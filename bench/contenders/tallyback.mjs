import { Tallyback } from '@tallyback/sdk-node';
import { tracker } from '@tallyback/sdk-node/destinations';
import { sqliteQueue } from '@tallyback/sdk-node/sqlite';
import { ADVERTISER, SECRET } from '../lib/house.mjs';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The SDK as a shop sets it up, on an SQLite file.
 *
 * @param {{ path: string, url: string, concurrency?: number }} options the queue's file, and where it delivers to
 */
export async function openTallyback({ path, url, ...options }) {
  const house = tracker({ url, advertiser: ADVERTISER, secret: SECRET, ...options });
  const tallyback = new Tallyback({ queue: sqliteQueue({ path }), destinations: { house }, logger: quiet });
  await tallyback.start();
  return {
    tallyback,
    store: (conversion) => tallyback.convert(conversion),
    close: () => tallyback.close({ timeoutMs: 1_000 }),
  };
}
