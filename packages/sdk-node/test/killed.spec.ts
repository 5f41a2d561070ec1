import { type ChildProcess, spawn } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Queue } from '../src/queue/queue.js';
import { sqliteQueue } from '../src/sqlite.js';
import { typeormQueue } from '../src/typeorm.js';
import { type DatabaseKind, databases } from './support/databases.js';
import { SECRET } from './support/shop.js';
import { json, type Received, recorded, type Sink, sinks } from './support/sink.js';
import { tempDirs } from './support/temp-dir.js';

/** More when somebody has the time: `TALLYBACK_KILLS=200`. */
const KILLS = Number(process.env.TALLYBACK_KILLS ?? 12);
const ORDERS = 60;
const sink = sinks();
const dirs = tempDirs();
const postgres = databases().find(({ name }) => name === 'PostgreSQL') as DatabaseKind;
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Seller {
  readonly child: ChildProcess;
  readonly said: Record<'receipt' | 'delivered' | 'sold', string[]>;
  /** Resolves when it has said this so often, or has ended. */
  told(what: keyof Seller['said'], times: number): Promise<void>;
  readonly ended: Promise<number | null>;
}

function seller(path: string, { url }: Sink, first: number, count: number, ahead = 0): Seller {
  const script = join(__dirname, 'children', 'seller.mjs');
  const args = [script, path, url, SECRET, String(first), String(count), String(ahead)];
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  running.push(child);
  const said: Seller['said'] = { receipt: [], delivered: [], sold: [] };
  let waiting: (() => void)[] = [];
  const notify = () => {
    for (const check of waiting) check();
  };
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  lines.on('line', (line) => {
    const [what, which] = line.split(' ') as [keyof Seller['said'], string];
    said[what].push(which);
    notify();
  });
  let over = false;
  const ended = new Promise<number | null>((resolve) => {
    lines.on('close', () => {
      over = true;
      notify();
      if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
      else child.on('exit', resolve);
    });
  });
  const told = (what: keyof Seller['said'], times: number) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (said[what].length < times && !over) return;
        waiting = waiting.filter((one) => one !== check);
        resolve();
      };
      waiting.push(check);
      check();
    });
  return { child, said, told, ended };
}

const orderOf = ({ body }: Received): string => JSON.parse(String(body)).data.transactionId as string;

/** A moody tracker: refuses some, cuts some off before and some after it has stored them. */
async function moody() {
  const ids = new Map<string, Set<string>>();
  const accepted = new Set<string>();
  let [requests, onRequest] = [0, () => {}];
  let waiting: (() => void)[] = [];
  const tracker = await sink((response, request, socket) => {
    requests += 1;
    onRequest();
    const order = orderOf(request);
    ids.set(order, (ids.get(order) ?? new Set()).add(request.id));
    if (requests % 5 === 0) return json(response, 503, {});
    if (requests % 7 === 0) return void socket.destroy();
    accepted.add(order);
    if (requests % 11 === 0) socket.destroy();
    else recorded(response, request, socket);
    for (const check of waiting) check();
  });
  return {
    tracker,
    ids,
    accepted,
    /** Calls back at the request number `count` from now on. */
    at(count: number, callback: () => void) {
      const then = requests + count;
      onRequest = () => {
        if (requests === then) callback();
      };
    },
    all: (orders: readonly string[]) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!orders.every((order) => accepted.has(order))) return;
          waiting = [];
          resolve();
        };
        waiting.push(check);
        check();
      }),
  };
}

/** Where the killed sellers keep their queue, and the same queue for the test itself. */
const queues = [
  {
    name: 'SQLite',
    async create() {
      const path = join(dirs(), 'queue.db');
      return { address: path, open: async (): Promise<Queue> => sqliteQueue({ path }) };
    },
  },
  {
    name: 'PostgreSQL',
    async create() {
      const { address, connect } = await postgres.create();
      return { address, open: async (): Promise<Queue> => typeormQueue(await connect()) };
    },
  },
];

describe.each(queues)('SIGKILL at random instants with the queue in $name', ({ create }) => {
  it(`loses no receipt in ${KILLS} kills, and every order keeps one id`, async () => {
    const { address, open } = await create();
    const { tracker, ids, accepted, at, all } = await moody();
    const receipts: string[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      const one = seller(address, tracker, round * ORDERS, ORDERS);
      const kill = () => void one.child.kill('SIGKILL');
      const instant = 1 + Math.floor(Math.random() * ORDERS);
      // Amid enqueueing, amid a request before or right after its answer, or amid claiming and settling between them.
      if (round % 4 === 0) void one.told('receipt', instant).then(kill);
      else if (round % 4 === 1) at(instant, kill);
      else if (round % 4 === 2) at(instant, () => setImmediate(kill));
      else void one.told('delivered', instant).then(kill);
      await one.told('sold', 1);
      kill();
      await one.ended;
      receipts.push(...one.said.receipt);
    }
    expect(receipts.length).toBeGreaterThan(KILLS);
    const last = seller(address, tracker, 0, 0);
    await all(receipts);
    last.child.stdin?.end();
    expect(await last.ended).toBe(0);
    expect(receipts.filter((order) => !accepted.has(order))).toEqual([]);
    expect([...ids.values()].filter(({ size }) => size !== 1)).toEqual([]);
    const queue = await open();
    const { dead } = await queue.counts(['house']);
    await queue.close();
    expect(dead).toBe(0);
  }, 900_000);
});

describe('a process that is frozen past its leases and resumed', () => {
  it('settles nothing that another has taken over meanwhile: each delivery is settled once', async () => {
    const path = join(dirs(), 'queue.db');
    const held: [ServerResponse, Received][] = [];
    let frozen = () => {};
    const full = new Promise<void>((resolve) => {
      frozen = resolve;
    });
    const tracker = await sink((response, request) => {
      held.push([response, request]);
      if (held.length === 4) frozen();
    });
    const first = seller(path, tracker, 0, 20);
    await first.told('sold', 1);
    await full;
    first.child.kill('SIGSTOP');
    tracker.behave(recorded);
    // The other's clock is a minute ahead: for it the leases have run out, without anybody waiting.
    const second = seller(path, tracker, 20, 0, 60_000);
    await second.told('delivered', 20);
    for (const [response, request] of held) recorded(response, request, response.socket as never);
    first.child.kill('SIGCONT');
    for (const { child } of [first, second]) child.stdin?.end();
    expect([await first.ended, await second.ended]).toEqual([0, 0]);
    expect(first.said.delivered).toEqual([]);
    expect(new Set(second.said.delivered).size).toBe(20);
    for (const [, { id }] of held) expect(second.said.delivered).toContain(id);
    const queue = sqliteQueue({ path });
    const counts = await queue.counts(['house']);
    await queue.close();
    expect(counts).toEqual({ pending: 0, inFlight: 0, dead: 0 });
  }, 60_000);
});
