import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { endSlowStatements, type PoolConnection } from './lost-connections.js';
import { createTrackerDataSource } from './open-database.js';

const message = (type: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const AUTHENTICATED = message('R', Buffer.alloc(4));
const READY = message('Z', Buffer.from('I'));
const ENDED = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'));

/** A PostgreSQL that lets everybody in and is shut down at once, all of it in one packet. */
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, ENDED])));
});

describe('a connection that PostgreSQL ends in the moment in which the pool hands it out', () => {
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it('is an error for who asked for it, and does not end the process', async () => {
    const { port } = server.address() as AddressInfo;
    const dataSource = createTrackerDataSource({ type: 'postgres', url: `postgres://u@127.0.0.1:${port}/x` });
    await expect(dataSource.initialize()).rejects.toThrow(/connection/i);
  });
});

describe('a connection whose statement is given up', () => {
  const url = process.env.TALLYBACK_TEST_POSTGRES ?? '';
  const LOCK = 'SELECT pg_advisory_lock(4711)';
  const sources: DataSource[] = [];
  const open = (queryTimeout: number) => {
    const { options } = createTrackerDataSource({ type: 'postgres', url, poolSize: 1 });
    const extra = { ...(options.extra as object), query_timeout: queryTimeout };
    const dataSource = new DataSource({ ...options, extra } as DataSource['options']);
    sources.push(dataSource);
    return dataSource.initialize();
  };
  afterAll(async () => {
    for (const dataSource of sources.reverse()) await dataSource.destroy();
  });

  it('is not handed to the next one, who would wait behind the statement', async () => {
    const holder = await open(0);
    await holder.query(LOCK);
    const impatient = await open(0);
    // Only the first connection: a machine that is busy may take that long for any answer.
    const { master } = impatient.driver as unknown as { master: NodeJS.EventEmitter };
    master.once('acquire', ({ connectionParameters }: PoolConnection) => {
      Object.assign(connectionParameters, { query_timeout: 1_000 });
    });
    await expect(impatient.query(LOCK)).rejects.toThrow('Query read timeout');
    expect(await impatient.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is kept where PostgreSQL ends the statement itself, so that nothing goes on that nobody waits for', async () => {
    const watcher = await open(0);
    const dataSource = await open(6_000);
    const own = () => dataSource.query('SELECT pg_backend_pid() AS pid') as Promise<{ pid: number }[]>;
    const [before] = await own();
    await expect(dataSource.query('SELECT pg_sleep(3600)')).rejects.toMatchObject({ driverError: { code: '57014' } });
    expect(await own()).toEqual([before]);
    const sleeping = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(3600)%' AND state = 'active'";
    expect(await watcher.query(sleeping)).toEqual([]);
  });

  it('has no limit set by PostgreSQL behind a pooler, where the setting would stay for whoever comes next', async () => {
    const dataSource = await open(0);
    const connection = (processID?: number) => ({
      connectionParameters: { query_timeout: 35_000 },
      processID,
      query: (text: string) => dataSource.query(text),
      on: () => undefined,
      end: async () => undefined,
    });
    const limit = async () => ((await dataSource.query('SHOW statement_timeout')) as object[])[0];
    const [own] = (await dataSource.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
    await endSlowStatements(connection(1));
    // As pg-native, which does not tell.
    await endSlowStatements(connection());
    expect(await limit()).toEqual({ statement_timeout: '0' });
    await endSlowStatements(connection(Number(own?.pid)));
    expect(await limit()).toEqual({ statement_timeout: '30s' });
  });
});
