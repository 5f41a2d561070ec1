import { interleave, rowsOf } from '../lib/rounds.mjs';
import { bareUndici, bullmqWorker, segmentTrack, tallybackEndToEnd } from '../senders/index.mjs';

/** A multiple of Segment's batch: the last one need not wait for its timer. */
const MESSAGES = 14_400;
/** Requests in flight, the same for everyone who lets one choose. */
const IN_FLIGHT = 32;
const NAME = 'delivery.post';

/**
 * From the call to the settled delivery: stored on the disk, signed, sent, answered, settled. The sink is a process of its
 * own that says yes.
 */
async function measure({ folder, redis, sink, rounds, progress }) {
  const [{ url }, store] = await Promise.all([sink(), redis()]);
  const options = { folder, url, messages: MESSAGES, inFlight: IN_FLIGHT };
  const senders = {
    tallyback: await tallybackEndToEnd(options),
    'bare undici pool, request': bareUndici({ ...options, level: 'request' }),
    'bare undici pool, dispatch': bareUndici({ ...options, level: 'dispatch' }),
    'Segment track to answer (in memory, batches of 15)': await segmentTrack(options),
  };
  if (store) senders['BullMQ worker, appendfsync always'] = await bullmqWorker({ ...options, port: store.port });
  const contenders = Object.fromEntries(
    Object.entries(senders).map(([name, { deliverAll }]) => [
      name,
      async () => {
        const start = performance.now();
        await deliverAll();
        return MESSAGES / ((performance.now() - start) / 1000);
      },
    ]),
  );
  try {
    return rowsOf(NAME, 'tallyback', await interleave(contenders, rounds, progress), 'deliveries/s');
  } finally {
    await Promise.allSettled(Object.values(senders).map(({ close }) => close()));
  }
}

export const cases = { [NAME]: measure };
