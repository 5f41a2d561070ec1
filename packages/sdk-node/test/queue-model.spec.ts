import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { bullmqQueue } from '../src/bullmq.js';
import { memoryQueue } from '../src/memory.js';
import type { Queue } from '../src/queue/queue.js';
import { sqliteQueue } from '../src/sqlite.js';
import { typeormQueue } from '../src/typeorm.js';
import { type DatabaseKind, databases } from './support/databases.js';
import { queueCommands } from './support/queue-model/commands.js';
import { QueueModel } from './support/queue-model/model.js';
import { expectSameRows, type QueueStore } from './support/queue-model/real.js';
import { describeWithRedis, RedisServer } from './support/redis-server.js';
import { tempDirs } from './support/temp-dir.js';

// Real databases on a machine that may be busy.
jest.setTimeout(60_000);

const dirs = tempDirs();
const [sqlite, postgres] = databases() as [DatabaseKind, DatabaseKind];
const open: Queue[] = [];

afterEach(async () => {
  for (const queue of open.splice(0)) await queue.close();
});

/** Any sequence of commands, each in a namespace of its own within one store. */
async function agrees(store: QueueStore, numRuns: number): Promise<void> {
  const processes = await Promise.all(Array.from({ length: store.processes }, () => store.connect()));
  try {
    await fc.assert(
      fc.asyncProperty(queueCommands, async (commands) => {
        const prefix = randomBytes(6).toString('hex');
        const real = { store, processes, prefix, destinations: [`house-${prefix}`, `other-${prefix}`] };
        const model = new QueueModel();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await expectSameRows(model, real, 100);
      }),
      { numRuns },
    );
  } finally {
    open.push(...processes);
  }
}

const title = 'answers as the model does, whatever is stored, claimed, settled, put back and restarted in any order';

describe('memoryQueue', () => {
  it(title, () => agrees({ processes: 1, connect: () => memoryQueue() }, 40));
});

describe('sqliteQueue', () => {
  it(title, () => {
    const path = join(dirs(), 'queue.db');
    return agrees({ processes: 2, connect: () => sqliteQueue({ path }), closing: 'hands back' }, 25);
  });
});

describe.each([
  [sqlite, 20],
  [postgres, 15],
] as const)('typeormQueue', ({ name, create }, runs) => {
  it(`on ${name} ${title}`, async () => {
    const database = await create();
    const hosts = await Promise.all([database.connect(), database.connect()]);
    let connected = 0;
    const connect = () => typeormQueue(hosts[connected++ % hosts.length] as DataSource);
    await agrees({ processes: 2, connect, closing: 'leaves leases', lazy: true }, runs);
  });
});

describeWithRedis('bullmqQueue', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.remove());

  it(title, () => {
    const connect = () => bullmqQueue({ host: '127.0.0.1', port: server.port });
    return agrees({ processes: 2, connect, closing: 'leaves leases' }, 25);
  });
});
