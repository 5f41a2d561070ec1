import { Tallyback } from '@tallyback/sdk-node';
import { tracker } from '@tallyback/sdk-node/destinations';
import { sqliteQueue } from '@tallyback/sdk-node/sqlite';
import { ADVERTISER, SECRET } from '../lib/house.mjs';
import { silent } from '../lib/silent-logger.mjs';

/**
 * The SDK as a shop sets it up, on an SQLite file.
 *
 * @param {{ path: string, url: string, concurrency?: number, quiet?: boolean }} options the queue's file, where it delivers
 *   to, and whether its warnings are swallowed
 */
export async function openTallyback({ path, url, quiet = false, ...options }) {
  const house = tracker({ url, advertiser: ADVERTISER, secret: SECRET, ...options });
  const logger = quiet ? { logger: silent } : {};
  const tallyback = new Tallyback({ queue: sqliteQueue({ path }), destinations: { house }, ...logger });
  await tallyback.start();
  return {
    tallyback,
    store: (conversion) => tallyback.convert(conversion),
    close: () => tallyback.close({ timeoutMs: 1_000 }),
  };
}
