import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { databases } from './support/databases.js';
import { SECRET } from './support/shop.js';
import { json, type Received, recorded, sinks } from './support/sink.js';

const [, postgres] = databases();
const sink = sinks();
const running: ChildProcess[] = [];

function shop(how: string, database: string, url: string, first = 0, count = 0): ChildProcess {
  const script = join(__dirname, 'children', 'typeorm-shop.mjs');
  const args = ['--unhandled-rejections=strict', script, how, database, url, SECRET, String(first), String(count)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(child);
  return child;
}

/** The orders whose receipts the shop had told when it was killed, right after the receipt number `limit`. */
async function killedAfter(limit: number, child: ChildProcess): Promise<string[]> {
  const receipts: string[] = [];
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    receipts.push(line);
    if (receipts.length === limit) child.kill('SIGKILL');
  }
  return receipts;
}

const orderOf = ({ body }: Received): string => JSON.parse(String(body)).data.transactionId as string;

beforeAll(() => {
  const built = join(__dirname, '..', 'dist', 'typeorm.js');
  if (!existsSync(built)) throw new Error('build first: npx tsc -b packages/sdk-node');
});

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

describe('shops on one PostgreSQL', () => {
  it('lose no receipt to SIGKILL at any moment, and send each order under one id', async () => {
    const database = await postgres?.create();
    const address = database?.address as string;
    const ids = new Map<string, Set<string>>();
    const accepted = new Set<string>();
    let [expected, done] = [new Set<string>(), () => {}];
    let requests = 0;
    const tracker = await sink((response, request, socket) => {
      const order = orderOf(request);
      ids.set(order, (ids.get(order) ?? new Set()).add(request.id));
      requests += 1;
      // Some are refused, some cut off after the tracker has stored them.
      if (requests % 3 === 0) return json(response, 503, {});
      accepted.add(order);
      if (requests % 5 === 0) socket.destroy();
      else recorded(response, request, socket);
      if ([...expected].every((one) => accepted.has(one))) done();
    });
    const receipts: string[] = [];
    // Two shops at a time: each round kills both, one of them at once, the other amid sends.
    for (const [round, limit] of [1, 7, 19, 40].entries()) {
      const first = 1_000 * round;
      const killed = [
        shop('sell', address, tracker.url, first, 500),
        shop('sell', address, tracker.url, first + 500, 500),
      ];
      const told = await Promise.all(killed.map((child, index) => killedAfter(limit + index, child)));
      receipts.push(...told.flat());
    }
    expected = new Set(receipts);
    expect(expected.size).toBeGreaterThanOrEqual(138);
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    const rest = shop('stay', address, tracker.url);
    if (![...expected].every((one) => accepted.has(one))) await all;
    rest.stdin?.end();
    expect([...expected].filter((one) => !accepted.has(one))).toEqual([]);
    expect([...ids.values()].filter(({ size }) => size !== 1)).toEqual([]);
  }, 120_000);

  it('prepare one database at once, each finding the tables ready', async () => {
    const database = await postgres?.create();
    const address = database?.address as string;
    const tracker = await sink();
    const shops = [0, 1, 2, 3].map((n) => shop('sell', address, tracker.url, 10 * n, 5));
    const told = await Promise.all(shops.map((child) => killedAfter(5, child)));
    expect(told.flat()).toHaveLength(20);
  }, 60_000);
});
