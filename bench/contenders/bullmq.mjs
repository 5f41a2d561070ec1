import { Queue } from 'bullmq';

/** `queue.add` on a Redis that fsyncs every write. */
export async function openBullmq({ port, name = 'conversions' }) {
  const queue = new Queue(name, { connection: { host: '127.0.0.1', port } });
  await queue.waitUntilReady();
  return {
    queue,
    store: (conversion) => queue.add(conversion.event, conversion),
    close: () => queue.close(),
  };
}
