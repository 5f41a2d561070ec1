import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '../../../scripts/net/free-ports.js';
import { Application, type Ending } from './support/application.js';

describe('npm start', () => {
  let folder: string;
  let ports: { PORT: string; SHOP_PORT: string };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallyback-start-'));
    const [port, shopPort] = await freePorts(2);
    ports = { PORT: String(port), SHOP_PORT: String(shopPort) };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const start = (args: string[], env: NodeJS.ProcessEnv = {}): Application =>
    new Application(['scripts/start.mjs', ...args], {
      DATABASE_URL: `sqlite:${join(folder, 'tracker.db')}`,
      SHOP_QUEUE: join(folder, 'queue.db'),
      SHOP_ORDERS: join(folder, 'orders.jsonl'),
      ADMIN_TOKEN: 'start-admin',
      ...ports,
      ...env,
    });

  const once = (env?: NodeJS.ProcessEnv): Promise<Ending> => start(['--once'], env).ended();

  it('tells the story of one visitor and ends, any number of times', async () => {
    for (const conversions of [1, 2]) {
      const { code, output } = await once();
      expect(output).toMatch(/201 recorded/);
      expect(output).toMatch(new RegExp(`^ +spring +EUR +${conversions} +${conversions} `, 'm'));
      expect(code).toBe(0);
    }
  }, 120_000);

  it('names the port that is in use and the variable that chooses another one', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(Number(ports.SHOP_PORT), '127.0.0.1', resolve));
    const { code, output } = await once();
    server.close();
    expect(output).toBe(`port ${ports.SHOP_PORT} is in use: choose another one with SHOP_PORT=...\n`);
    expect(code).toBe(1);
  }, 60_000);

  it('shows the last words of a part that does not start, and stops the other one', async () => {
    const { code, output } = await once({ ADAPTER: 'koa' });
    expect(output).toContain('ADAPTER has to be one of fastify, express, not "koa"');
    expect(code).toBe(1);
    await expectNobodyListens();
  }, 60_000);

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'leaves nothing behind after %s',
    async (signal) => {
      const application = start([]);
      const token = await application.says(/stay up until Ctrl-C/);
      expect(token).toBeDefined();
      const { code } = await application.end(signal);
      expect(code).toBe(signal === 'SIGKILL' ? null : 0);
      await expectNobodyListens();
    },
    60_000,
  );

  async function expectNobodyListens(): Promise<void> {
    for (const port of Object.values(ports)) {
      // After SIGKILL the parts notice by themselves, so their end may come a little later.
      while (await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined));
    }
  }
});
