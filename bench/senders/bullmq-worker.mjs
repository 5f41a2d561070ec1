import { Worker } from 'bullmq';
import { Pool } from 'undici';
import { openBullmq } from '../contenders/bullmq.mjs';
import { callTimes } from '../lib/callers.mjs';
import { conversions } from '../lib/conversions.mjs';
import { countdown } from '../lib/countdown.mjs';
import { post, signedPost } from '../lib/post.mjs';

const CALLERS = 100;
const NAME = 'deliveries';

/** `queue.add` by a hundred callers, and a worker in the same process that signs, posts and completes. */
export async function bullmqWorker({ port, url, messages, inFlight }) {
  const { store, close } = await openBullmq({ port, name: NAME });
  const pool = new Pool(url, { connections: inFlight, pipelining: 1 });
  const conversion = conversions();
  const worker = new Worker(NAME, ({ data }) => post(pool, signedPost(data)), {
    connection: { host: '127.0.0.1', port },
    concurrency: inFlight,
    removeOnComplete: { count: 0 },
  });
  await worker.waitUntilReady();
  let all;
  worker.on('completed', () => all.done());
  worker.on('failed', (_, error) => all.failed(error));
  worker.on('error', (error) => all?.failed(error));
  return {
    async deliverAll() {
      all = countdown(messages);
      await callTimes(messages, CALLERS, () => store(conversion()));
      await all.finished;
    },
    async close() {
      await worker.close();
      await close();
      await pool.close();
    },
  };
}
