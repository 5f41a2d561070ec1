import { join } from 'node:path';
import { Tallyback } from '@tallyback/sdk-node';
import { tracker } from '@tallyback/sdk-node/destinations';
import { sqliteQueue } from '@tallyback/sdk-node/sqlite';
import { callTimes } from '../lib/callers.mjs';
import { conversions } from '../lib/conversions.mjs';
import { countdown } from '../lib/countdown.mjs';
import { ADVERTISER, SECRET } from '../lib/house.mjs';
import { silent } from '../lib/silent-logger.mjs';

const CALLERS = 100;

/** Delivers every conversion to three destinations and waits for the first two alone. */
export async function tallybackThree({ folder, name, url, thirdUrl, messages, inFlight }) {
  const to = (at) => tracker({ url: at, advertiser: ADVERTISER, secret: SECRET, concurrency: inFlight });
  const tallyback = new Tallyback({
    queue: sqliteQueue({ path: join(folder, `outage-${name}.db`) }),
    destinations: { first: to(url), second: to(url), third: to(thirdUrl) },
    logger: silent,
  });
  await tallyback.start();
  const conversion = conversions();
  let both;
  tallyback.on('delivered', ({ destination }) => destination !== 'third' && both.done());
  tallyback.on('dead', ({ why }) => both?.failed(new Error(`dead: ${why}`)));
  return {
    async deliverAll() {
      both = countdown(2 * messages);
      await callTimes(messages, CALLERS, () => tallyback.convert(conversion()));
      await both.finished;
    },
    close: () => tallyback.close({ timeoutMs: 1_000 }),
  };
}
