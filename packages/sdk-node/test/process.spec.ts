import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../../scripts/net/free-ports.js';
import { sqliteQueue } from '../src/sqlite.js';
import { SECRET } from './support/shop.js';
import { json, recorded, type Sink, sinks } from './support/sink.js';
import { tempDirs } from './support/temp-dir.js';

const PACKAGE = join(__dirname, '..');
const sink = sinks();
const dirs = tempDirs();
const running: ChildProcess[] = [];

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

function start(file: string, args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const script = join(__dirname, 'children', file);
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', script, ...args]);
  running.push(child);
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output, errors }));
  });
  return { child, ended };
}

const shop = (how: string, path: string, url: string, first = 0, count = 20) =>
  start('shop.mjs', [how, path, url, SECRET, String(first), String(count)]);

const ordersOf = ({ received }: Sink): string[] => [
  ...new Set(received.map(({ body }) => JSON.parse(String(body)).data.transactionId as string)),
];

/** Starts a shop on the same queue, waits until everything has arrived, then lets it go. */
async function restart(path: string, tracker: Sink, done: () => boolean): Promise<Ended> {
  const { child, ended } = shop('stay', path, tracker.url);
  // Not a number of requests: of those that a killed shop has sent, some may be read only now.
  while (!done()) await tracker.arrived(tracker.received.length + 1);
  child.stdin?.end();
  return ended;
}

beforeAll(() => {
  if (!existsSync(join(PACKAGE, 'dist', 'index.js'))) throw new Error('build first: npx tsc -b packages/sdk-node');
});

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

describe('a shop process', () => {
  it('loses nothing to process.exit(0) right after convert() resolved: 20 of 20 after the restart', async () => {
    const path = join(dirs(), 'queue.db');
    const down = `http://127.0.0.1:${await freePort()}`;
    expect(await shop('exit', path, down).ended).toMatchObject({ code: 0, errors: '' });
    const tracker = await sink();
    await restart(path, tracker, () => ordersOf(tracker).length === 20);
    expect(ordersOf(tracker)).toHaveLength(20);
  }, 60_000);

  it('loses nothing to SIGKILL right after convert() resolved: 20 of 20 after the restart', async () => {
    const path = join(dirs(), 'queue.db');
    const down = `http://127.0.0.1:${await freePort()}`;
    expect(await shop('kill', path, down).ended).toMatchObject({ signal: 'SIGKILL', errors: '' });
    const tracker = await sink();
    await restart(path, tracker, () => ordersOf(tracker).length === 20);
    expect(ordersOf(tracker)).toHaveLength(20);
  }, 60_000);

  it('loses nothing to SIGKILL amid attempts that are answered 503, and keeps every id', async () => {
    const path = join(dirs(), 'queue.db');
    const tracker = await sink((response) => json(response, 503, {}));
    expect(await shop('kill-later', path, tracker.url).ended).toMatchObject({ signal: 'SIGKILL', errors: '' });
    const before = new Set(tracker.received.map(({ id }) => id));
    const accepted = new Set<string>();
    tracker.behave((response, request, socket) => {
      accepted.add(request.id);
      recorded(response, request, socket);
    });
    await restart(path, tracker, () => accepted.size >= 20);
    expect(accepted.size).toBe(20);
    for (const id of before) expect(accepted).toContain(id);
  }, 60_000);

  it('delivers 13 of 13 before it exits by itself, without flush or close', async () => {
    const tracker = await sink();
    const { ended } = shop('natural', join(dirs(), 'queue.db'), tracker.url, 0, 13);
    expect(await ended).toMatchObject({ code: 0, errors: '' });
    expect(ordersOf(tracker)).toHaveLength(13);
  }, 60_000);

  it('exits by itself while the tracker is down, and leaves everything in the file', async () => {
    const path = join(dirs(), 'queue.db');
    const down = `http://127.0.0.1:${await freePort()}`;
    expect(await shop('natural', path, down, 0, 13).ended).toMatchObject({ code: 0, errors: '' });
    const queue = sqliteQueue({ path });
    expect(await queue.counts(['house'])).toEqual({ pending: 13, inFlight: 0, dead: 0 });
    await queue.close();
  }, 60_000);

  it('can leave with process.exit() in the middle of transactions without a crash', async () => {
    const down = `http://127.0.0.1:${await freePort()}`;
    for (let round = 0; round < 5; round += 1) {
      const { ended } = shop('exit-busy', join(dirs(), 'queue.db'), down);
      expect(await ended).toMatchObject({ code: 0, signal: null, errors: '' });
    }
  }, 60_000);

  it.each([
    ['process.exit()', 'exit', { code: 0, errors: '' }],
    ['an error that nobody catches', 'throw', { code: 1, errors: expect.not.stringContaining('panicked') }],
  ])('can leave by %s while the thread of the queue is in the middle of a long statement', async (_, how, expected) => {
    const { ended } = start('leave-amid-work.mjs', [join(dirs(), 'queue.db'), how]);
    expect(await ended).toMatchObject({ signal: null, ...expected });
  });

  it('delivers an order once although two processes share the file', async () => {
    const path = join(dirs(), 'queue.db');
    const tracker = await sink();
    const both = [shop('natural', path, tracker.url, 0, 60), shop('natural', path, tracker.url, 30, 60)];
    for (const { ended } of both) expect(await ended).toMatchObject({ code: 0, errors: '' });
    expect(ordersOf(tracker)).toHaveLength(90);
    expect(tracker.received).toHaveLength(90);
  }, 60_000);
});

describe('importing the package', () => {
  it('starts nothing, installs nothing and loads no database driver', async () => {
    const { code, output, errors } = await start('import-only.mjs', []).ended;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(JSON.parse(output)).toEqual({ handlers: 0, resources: 0, libsql: [] });
  });

  it('tells the version of package.json in its user agent', () => {
    const { version } = createRequire(__filename)('../package.json') as { version: string };
    const { VERSION } = createRequire(__filename)('../src/version.ts') as { VERSION: string };
    expect(VERSION).toBe(version);
  });
});
