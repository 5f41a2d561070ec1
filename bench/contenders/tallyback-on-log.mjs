import { Tallyback } from '@tallyback/sdk-node';
import { tracker } from '@tallyback/sdk-node/destinations';
import { openAppendLog } from '../lib/append-log.mjs';
import { ADVERTISER, SECRET } from '../lib/house.mjs';

/**
 * The limit of what SQLite could be replaced with: the same `convert()` (checks, message, ids, receipt) on a queue that
 * only appends each message to an fsynced file. It finds no duplicates and delivers nothing.
 */
export async function openTallybackOnLog({ path, url }) {
  const log = await openAppendLog(path);
  const queue = {
    async open() {},
    async enqueue(message) {
      await log.append(`${JSON.stringify(message)}\n`);
      return { stored: true };
    },
    recall: async () => undefined,
    claim: async () => [],
    settle: async () => [],
    extend: async () => [],
    nextDue: async () => undefined,
    counts: async () => ({ pending: 0, inFlight: 0, dead: 0 }),
    list: async () => ({ items: [] }),
    replay: async () => 0,
    discard: async () => 0,
    close: () => log.close(),
  };
  const tallyback = new Tallyback({
    queue,
    destinations: { house: tracker({ url, advertiser: ADVERTISER, secret: SECRET }) },
  });
  return {
    store: (conversion) => tallyback.convert(conversion),
    close: () => tallyback.close({ timeoutMs: 1_000 }),
  };
}
