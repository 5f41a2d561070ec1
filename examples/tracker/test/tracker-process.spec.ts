import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../../scripts/net/free-ports.js';
import { Application, type Ending, ROOT } from '../../shop/test/support/application.js';

// A tracker does not count a client that names no browser.
const VISITOR = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };
const ADMIN = { authorization: 'Bearer tracker-admin' };
const seed = {
  advertisers: [{ key: 'acme', name: 'Acme', accept: ['none'] }],
  offers: [{ key: 'boots', advertiser: 'acme', destination: 'https://shop.example/land', currency: 'EUR' }],
  partners: [{ key: 'blog', name: 'Blog' }],
  campaigns: [{ key: 'spring', partner: 'blog', offers: [{ offer: 'boots', weight: 1 }] }],
};

describe('the reference tracker as a process', () => {
  let folder: string;
  let port: number;
  let url: string;
  const running: Application[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracker-process-'));
    await writeFile(join(folder, 'seed.json'), JSON.stringify(seed));
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((application) => application.end('SIGKILL')));
    await rm(folder, { recursive: true, force: true });
  });

  const run = (env: NodeJS.ProcessEnv = {}): Application => {
    const application = new Application([join(ROOT, 'examples/tracker/dist/main.js')], {
      DATABASE_URL: `sqlite:${join(folder, 'tracker.db')}`,
      PORT: String(port),
      ADMIN_TOKEN: 'tracker-admin',
      SEED: join(folder, 'seed.json'),
      ...env,
    });
    running.push(application);
    return application;
  };

  const open = async (env?: NodeJS.ProcessEnv): Promise<Application> => {
    const application = run(env);
    expect(await application.says(/^tracker ready at (\S+)$/m)).toBe(url);
    return application;
  };

  const clicks = async (): Promise<number> => {
    const report = await fetch(`${url}/v1/reports?groupBy=campaign`, { headers: ADMIN });
    const { rows } = (await report.json()) as { rows: { clicks: number }[] };
    return rows[0]?.clicks ?? 0;
  };

  it('ends with code 0 when npm is told to end, which hands the signal on', async () => {
    const npm = process.env.npm_execpath ?? join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
    const application = new Application([npm, 'run', 'tracker'], {
      DATABASE_URL: `sqlite:${join(folder, 'tracker.db')}`,
      PORT: String(port),
      ADMIN_TOKEN: 'tracker-admin',
    });
    running.push(application);
    await application.says(/^tracker ready at/m);
    expect(await application.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  }, 60_000);

  describe.each(['fastify', 'express'])('on %s', (ADAPTER) => {
    it('serves when it says so, says nothing else, and ends with code 0 on SIGTERM', async () => {
      const application = await open({ ADAPTER });
      expect((await fetch(`${url}/health`)).status).toBe(200);
      expect((await fetch(`${url}/v1/reports?groupBy=campaign`)).status).toBe(401);
      expect(await clicks()).toBe(0);
      expect(await application.end('SIGTERM')).toEqual({
        code: 0,
        signal: null,
        output: `tracker ready at ${url}\n`,
      });
    }, 60_000);

    it.each(['SIGTERM', 'SIGKILL'] as const)(
      'has every click that it redirected after %s',
      async (signal) => {
        const application = await open({ ADAPTER });
        const agent = new Agent({ keepAlive: true, maxSockets: 20 });
        const answers = Array.from({ length: 400 }, () => statusOf(`${url}/c/spring`, agent));
        await Promise.all(answers.slice(0, 50)); // the others are under way or still to come
        const ending = await application.end(signal);
        const statuses = await Promise.all(answers);
        agent.destroy();
        if (signal === 'SIGTERM') expect([ending.code, ending.output]).toEqual([0, `tracker ready at ${url}\n`]);

        await open({ ADAPTER });
        const redirected = statuses.filter((status) => status === 302).length;
        expect(redirected).toBeGreaterThanOrEqual(50);
        const stored = await clicks();
        // A click whose answer was cut off may be stored; one that was answered has to be.
        expect(stored).toBeGreaterThanOrEqual(redirected);
        if (signal === 'SIGTERM') {
          expect(stored).toBe(redirected);
          // Served, asked to try again, or not connected any more; never failed half-way.
          expect([302, 503, undefined]).toEqual(expect.arrayContaining([...new Set(statuses)]));
        }
      },
      60_000,
    );
  });

  it('says in one line which port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const ending = await run().ended();
    server.close();
    expectRefusal(ending, `port ${port} on 127.0.0.1 is in use: choose another one with PORT`);
  }, 60_000);

  it('says in a line each what is wrong with its variables', async () => {
    const ending = await run({ DATABASE_URL: 'mysql://db', ADAPTER: 'koa' }).ended();
    expectRefusal(
      ending,
      'DATABASE_URL has to be sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME\n' +
        'ADAPTER has to be one of fastify, express, not "koa"',
    );
  }, 60_000);

  it('names the faulty field of a seed', async () => {
    await writeFile(join(folder, 'seed.json'), JSON.stringify({ ...seed, partners: [{ key: 'Blog!' }] }));
    const { code, output } = await run().ended();
    expect(code).toBe(1);
    expect(output).toMatch(/^SEED: .*partners\[0\]\.key/s);
    expect(output).not.toMatch(/^\s+at /m);
  }, 60_000);

  it('does not start when nobody could be kept from the management routes', async () => {
    const { code, output } = await run({ ADMIN_TOKEN: '', NODE_ENV: 'production' }).ended();
    expect(code).toBe(1);
    expect(output).toMatch(/adminToken|ADMIN_TOKEN/);
    expect(output).not.toMatch(/^\s+at /m);
  }, 60_000);

  it('shows no password when the database does not answer', async () => {
    const { code, output } = await run({ DATABASE_URL: `postgres://u:hidden@127.0.0.1:${port}/x` }).ended();
    expect(code).toBe(1);
    expect(output).toMatch(/^the tracker could not start: .*ECONNREFUSED/);
    expect(output).not.toContain('hidden');
  }, 60_000);
});

function expectRefusal({ code, output }: Ending, message: string): void {
  expect(output).toBe(`${message}\n`);
  expect(code).toBe(1);
}

/** The status of an answer; undefined when there was none. */
function statusOf(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve) => {
    get(url, { agent, headers: VISITOR }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
      response.once('error', () => resolve(undefined));
    }).once('error', () => resolve(undefined));
  });
}
