import { startServer } from '../lib/child.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';
import { startSilentServer } from '../lib/silent-server.mjs';
import { tallybackThree } from '../senders/index.mjs';

const MESSAGES = 5_000;
const IN_FLIGHT = 32;
const UP = 'all three up';

/** The rate at which two of three destinations are served while the third is out of order. */
async function outage(name, startThird, { folder, sink, rounds, progress }) {
  const [{ url }, third] = await Promise.all([sink(), startThird()]);
  const open = (as, thirdUrl) =>
    tallybackThree({ folder, name: `${name}-${as}`, url, thirdUrl, messages: MESSAGES, inFlight: IN_FLIGHT });
  const senders = { [name]: await open('down', third.url), [UP]: await open('up', url) };
  const contenders = Object.fromEntries(
    Object.entries(senders).map(([who, { deliverAll }]) => [
      who,
      async () => {
        const start = performance.now();
        await deliverAll();
        return (2 * MESSAGES) / ((performance.now() - start) / 1000);
      },
    ]),
  );
  try {
    return rowsOf(name, name, await interleave(contenders, rounds, progress), 'deliveries/s');
  } finally {
    await Promise.allSettled([...Object.values(senders).map(({ close }) => close()), third.stop()]);
  }
}

const failing = () => startServer('sink.mjs', { SINK_STATUS: '503' });

export const cases = {
  'delivery.outage.503': (context) => outage('delivery.outage.503', failing, context),
  'delivery.outage.hang': (context) => outage('delivery.outage.hang', startSilentServer, context),
};
