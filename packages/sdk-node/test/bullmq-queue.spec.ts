import { execFile, spawn } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Queue as BullmqJobs } from 'bullmq';
import { Redis } from 'ioredis';
import { freePort } from '../../../scripts/net/free-ports.js';
import { type BullmqQueueOptions, bullmqQueue } from '../src/bullmq.js';
import { ConfigurationError } from '../src/errors.js';
import type { Queue } from '../src/queue/queue.js';
import { message } from './support/messages.js';
import { queueContract } from './support/queue-contract.js';
import { queueHandsContract } from './support/queue-hands-contract.js';
import { queueRecallContract } from './support/queue-recall-contract.js';
import { describeWithRedis, RedisServer } from './support/redis-server.js';
import { SECRET } from './support/shop.js';
import { sinks } from './support/sink.js';
import { tempDirs } from './support/temp-dir.js';

const sink = sinks();
const tempDir = tempDirs();
const cleaning: (() => Promise<unknown>)[] = [];
const opened = (connection: Parameters<typeof bullmqQueue>[0], options?: BullmqQueueOptions): Queue => {
  const queue = bullmqQueue(connection, options);
  cleaning.push(() => queue.close());
  return queue;
};
const claim = (queue: Queue) => queue.claim({ destination: 'house', limit: 100, leaseMs: 1_000, now: 2_000 });

afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});

describeWithRedis('bullmqQueue', () => {
  let server: RedisServer;
  let prefixes = 0;
  const fresh = () => {
    prefixes += 1;
    return `{test-${prefixes}}`;
  };
  const at = (port: number) => ({ host: '127.0.0.1', port });
  const another = async (...settings: string[]) => {
    const started = await RedisServer.start(...settings);
    cleaning.push(() => started.remove());
    return started;
  };

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.remove());

  queueContract('bullmqQueue', () => bullmqQueue(at(server.port), { prefix: fresh() }));
  queueHandsContract('bullmqQueue', () => bullmqQueue(at(server.port), { prefix: fresh() }));
  queueRecallContract('bullmqQueue', () => bullmqQueue(at(server.port), { prefix: fresh() }));

  it("takes the client of the host's BullMQ, and leaves it and its jobs alone", async () => {
    const client = new Redis({ ...at(server.port), maxRetriesPerRequest: null });
    cleaning.push(() => client.quit());
    const jobs = new BullmqJobs('mails', { connection: client });
    cleaning.push(() => jobs.close());
    const queue = opened(client, { prefix: fresh() });
    const stored = message();
    await queue.enqueue(stored);
    await jobs.add('welcome', { to: 'c_81' });
    expect(await claim(queue)).toMatchObject([{ id: stored.deliveries[0]?.id }]);
    await queue.close();
    expect(await jobs.getWaitingCount()).toBe(1);
    expect(client.status).toBe('ready');
  });

  it('keeps two prefixes on one server apart', async () => {
    const [a, b] = [opened(at(server.port), { prefix: fresh() }), opened(at(server.port), { prefix: fresh() })];
    const stored = message();
    await a.enqueue(stored);
    expect(await b.enqueue(message({ transactionId: stored.transactionId }))).toEqual({ stored: true });
    expect(await claim(a)).toHaveLength(1);
    expect(await a.counts(['house'])).toMatchObject({ inFlight: 1 });
    expect(await b.counts(['house'])).toMatchObject({ inFlight: 0 });
  });

  it('gives a delivery to one of many claims of several connections', async () => {
    const prefix = fresh();
    const queues = [1, 2, 3].map(() => opened(at(server.port), { prefix })) as [Queue, Queue, Queue];
    await Promise.all(Array.from({ length: 60 }, (_, n) => queues[n % 3]?.enqueue(message())));
    const claims = await Promise.all([...queues, ...queues].map((queue) => claim(queue)));
    expect(new Set(claims.flat().map(({ id }) => id)).size).toBe(60);
    expect(claims.flat()).toHaveLength(60);
  });

  it('keeps every receipt through SIGKILL of the server, and reconnects by itself', async () => {
    const own = await another();
    const queue = opened(at(own.port));
    const stored = Array.from({ length: 50 }, () => message());
    await Promise.all(stored.map((one) => queue.enqueue(one)));
    await own.kill();
    await expect(queue.enqueue(message())).rejects.toMatchObject({ code: 'queue_unavailable' });
    await own.resume();
    expect((await claim(queue)).map(({ id }) => id)).toEqual(stored.map(({ deliveries }) => deliveries[0]?.id));
    expect(await queue.enqueue(message({ transactionId: stored[0]?.transactionId as string }))).toMatchObject({
      stored: false,
      first: { id: stored[0]?.id },
    });
  });

  it('rejects in time when the server hangs, and works again when that goes on', async () => {
    const own = await another();
    const queue = opened(at(own.port), { timeoutMs: 200 });
    // The machine may have much else to do than to answer within that time.
    while ((await Promise.allSettled([queue.open()]))[0]?.status === 'rejected');
    own.signal('SIGSTOP');
    const results = await Promise.allSettled([queue.enqueue(message()), claim(queue)]);
    await expect(queue.enqueue(message())).rejects.toThrow(/within 200 ms/);
    own.signal('SIGCONT');
    for (const result of results) expect(result).toMatchObject({ reason: { code: 'queue_unavailable' } });
    // As long as it takes the server to wake up, on a machine that has much else to do.
    let [result] = await Promise.allSettled([queue.enqueue(message())]);
    while (result.status === 'rejected') [result] = await Promise.allSettled([queue.enqueue(message())]);
    expect(result.value).toEqual({ stored: true });
  });

  it.each([
    ['keeps no append-only file', ['--appendonly', 'no'], /appendonly yes/],
    ['may evict any key', ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'], /noeviction/],
  ])('refuses a server that %s, unless that is accepted', async (_, settings, told) => {
    const own = await another(...settings);
    await expect(opened(at(own.port)).enqueue(message())).rejects.toThrow(told);
    const accepted = opened(at(own.port), { acceptLoss: true });
    expect(await accepted.enqueue(message())).toEqual({ stored: true });
  });

  it('stores nothing of a message that no longer fits into the memory, and says so', async () => {
    const own = await another('--maxmemory', '3mb', '--maxmemory-policy', 'noeviction');
    const queue = opened(at(own.port));
    const body = 'x'.repeat(200_000);
    const large = () => message({ deliveries: [{ id: `large-${Math.random()}`, destination: 'house', body }] });
    let refused = large();
    let stored = 0;
    const fill = async () => {
      for (; stored < 100; stored += 1) {
        refused = large();
        await queue.enqueue(refused);
      }
    };
    await expect(fill()).rejects.toThrow(/OOM|maxmemory/);
    expect(await queue.counts(['house'])).toEqual({ pending: stored, inFlight: 0, dead: 0 });
    const [held] = await claim(queue);
    await queue.settle([{ ...(held as NonNullable<typeof held>), outcome: 'delivered' }]);
    expect(await queue.enqueue(message({ transactionId: refused.transactionId }))).toEqual({ stored: true });
  });

  it('does not keep a process alive that has nothing left to send', async () => {
    const tracker = await sink();
    const own = await another();
    const script = join(__dirname, 'children', 'redis-shop.mjs');
    const args = ['--unhandled-rejections=strict', script, String(own.port), tracker.url, SECRET, '13'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    cleaning.push(async () => child.kill('SIGKILL'));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(0);
    expect(tracker.received).toHaveLength(13);
  }, 60_000);
});

describe('bullmqQueue without a server', () => {
  it('rejects at once, every time, and leaves no promise hanging', async () => {
    const queue = opened({ host: '127.0.0.1', port: await freePort() });
    const results = await Promise.allSettled([queue.enqueue(message()), claim(queue), queue.open()]);
    for (const result of [...results, ...(await Promise.allSettled([queue.enqueue(message())]))]) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'queue_unavailable' } });
      expect(String((result as PromiseRejectedResult).reason)).toMatch(/ECONNREFUSED/);
    }
  });

  it('refuses what is no connection', () => {
    expect(() => bullmqQueue(undefined as unknown as Redis)).toThrow(ConfigurationError);
    expect(() => bullmqQueue('redis://x' as unknown as Redis)).toThrow(/connection/);
    const cluster = { isCluster: true, duplicate: () => {} } as unknown as Redis;
    expect(() => bullmqQueue(cluster)).toThrow(/Cluster/);
  });

  it('says what to install where there is no ioredis', async () => {
    // The built package alone: nothing that it could import lies beside it.
    const alone = tempDir();
    cpSync(join(__dirname, '..', 'dist'), join(alone, 'dist'), { recursive: true });
    writeFileSync(join(alone, 'package.json'), '{ "type": "module" }');
    const script = `
      import { bullmqQueue } from '${pathToFileURL(join(alone, 'dist', 'bullmq.js'))}';
      await bullmqQueue({ host: '127.0.0.1', port: 1 }).open().catch(({ code, message }) => process.stdout.write(code + ': ' + message));
    `;
    const args = ['--unhandled-rejections=strict', '--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: alone });
    expect(stdout).toMatch(/^queue_unavailable: .*npm install ioredis/);
  });
});
