import { afterEach } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import type { Destination } from '../../src/destinations/destination.js';
import { tracker } from '../../src/destinations.js';
import type { Logger } from '../../src/logger.js';
import { memoryQueue } from '../../src/memory.js';
import type { TallybackOptions } from '../../src/options.js';
import { Tallyback } from '../../src/tallyback.js';

export const SECRET = createSecret();

export const house = (url: string, options: { concurrency?: number; secret?: string | string[] } = {}): Destination =>
  tracker({ url, advertiser: 'acme', secret: SECRET, ...options });

export const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A maker of shops (memory queue, no log unless told otherwise) that are closed after each test. */
export function shops(): (options: Partial<TallybackOptions> & Pick<TallybackOptions, 'destinations'>) => Tallyback {
  const made: Tallyback[] = [];
  afterEach(async () => {
    await Promise.allSettled(made.splice(0).map((shop) => shop.close({ timeoutMs: 100 })));
  });
  return (options) => {
    const shop = new Tallyback({
      queue: memoryQueue(),
      logger: quiet,
      telemetry: false,
      random: () => 0.5,
      ...options,
    });
    made.push(shop);
    return shop;
  };
}
