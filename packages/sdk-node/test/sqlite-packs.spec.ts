import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { readSummary } from '../src/cli/queue/summary.js';
import type { Claim, ClaimedDelivery, NewMessage, Queue, Settlement } from '../src/queue/queue.js';
import { sqliteQueue } from '../src/sqlite.js';
import { message } from './support/messages.js';
import { tempDirs } from './support/temp-dir.js';

const dirs = tempDirs();
const open: Queue[] = [];

afterEach(async () => {
  for (const queue of open.splice(0)) await queue.close();
});

/** Two processes' queues on one file. */
function pair(): { path: string; one: Queue; other: Queue } {
  const path = join(dirs(), 'queue.db');
  const [one, other] = [sqliteQueue({ path }), sqliteQueue({ path })];
  open.push(one, other);
  return { path, one, other };
}

/** Stored in one turn, so that they make one pack. */
async function burst(queue: Queue, count: number, given: Parameters<typeof message>[0] = {}): Promise<NewMessage[]> {
  const messages = Array.from({ length: count }, () => message(given));
  const results = await Promise.all(messages.map((one) => queue.enqueue(one)));
  expect(results).toEqual(messages.map(() => ({ stored: true })));
  return messages;
}

const claim = (queue: Queue, now: number, limit = 100, destination = 'house') =>
  queue.claim({ destination, limit, leaseMs: 1_000, now });
const delivered = ({ seq, id, fence }: Claim): Settlement => ({ seq, id, fence, outcome: 'delivered' });
const idsOf = (claims: readonly ClaimedDelivery[]) => claims.map(({ id }) => id);
const refundOf = ({ transactionId }: NewMessage) => message({ kind: 'updated', transactionId });

function rowsIn(path: string): Record<'packs' | 'slices' | 'rows', number> {
  const db = new Database(path);
  const count = (table: string) => (db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
  const rows = { packs: count('pack'), slices: count('slice'), rows: count('delivery') };
  db.close();
  return rows;
}

describe('deliveries that were stored as one pack', () => {
  it('hold a refund of theirs back while its purchase waits, is in flight and is retried', async () => {
    const { path, one } = pair();
    const [, purchase] = (await burst(one, 6)) as [NewMessage, NewMessage];
    expect(rowsIn(path)).toEqual({ packs: 1, slices: 1, rows: 0 });
    const refunds = [refundOf(purchase), refundOf(purchase)] as const;
    await one.enqueue(refunds[0]);
    const held = await claim(one, 2_000);
    expect(idsOf(held)).toContain(purchase.deliveries[0]?.id);
    expect(held).toHaveLength(6);
    await one.enqueue(refunds[1]);
    expect(await claim(one, 2_000)).toEqual([]);
    const settled = held.map((row): Settlement => {
      if (row.id !== purchase.deliveries[0]?.id) return delivered(row);
      return { seq: row.seq, id: row.id, fence: row.fence, outcome: 'retry', at: 5_000, step: 1, answer: 'busy' };
    });
    expect(await one.settle(settled)).toEqual(held.map(() => true));
    expect(await claim(one, 4_000)).toEqual([]);
    for (const expected of [purchase, ...refunds]) {
      const next = await claim(one, 5_000);
      expect(idsOf(next)).toEqual([expected.deliveries[0]?.id]);
      await one.settle(next.map(delivered));
    }
  });

  it('hold a refund back that comes while they are in flight', async () => {
    const { one } = pair();
    const [purchase] = (await burst(one, 6)) as [NewMessage];
    const held = await claim(one, 2_000);
    await one.enqueue(refundOf(purchase));
    expect(await claim(one, 2_000)).toEqual([]);
    expect(await one.settle(held.map(delivered))).toEqual(held.map(() => true));
    expect(await claim(one, 2_000)).toHaveLength(1);
  });

  it('are not settled by a process that another has taken them over from, whole or in part', async () => {
    const { one, other } = pair();
    await burst(one, 8);
    const late = await claim(one, 2_000);
    const taken = await claim(other, 4_000, 5);
    expect(idsOf(taken)).toEqual(idsOf(late).slice(0, 5));
    expect(taken.map(({ attempt }) => attempt)).toEqual([2, 2, 2, 2, 2]);
    // Nobody has taken over the other three: they are still the first one's.
    expect(await one.settle(late.map(delivered))).toEqual(late.map((_, index) => index >= 5));
    expect(await one.settle(late.slice(0, 5).map(delivered))).toEqual([false, false, false, false, false]);
    expect(await other.counts(['house'])).toEqual({ pending: 0, inFlight: 5, dead: 0 });
    expect(await other.settle(taken.slice(0, 2).map(delivered))).toEqual([true, true]);
    expect(await other.counts(['house'])).toEqual({ pending: 0, inFlight: 3, dead: 0 });
    expect(await other.settle(taken.slice(2).map(delivered))).toEqual([true, true, true]);
    expect(await other.counts(['house'])).toEqual({ pending: 0, inFlight: 0, dead: 0 });
  });

  it('leave nothing in the file once each was delivered or discarded, whatever happened to it before', async () => {
    const { path, one } = pair();
    await burst(one, 9, { to: ['house', 'other'] });
    const held = await claim(one, 2_000, 100, 'other');
    expect(await one.settle(held.map(delivered))).toEqual(held.map(() => true));
    const [retried, dead, released, ...rest] = await claim(one, 2_000);
    if (!retried || !dead || !released) throw new Error('nothing was claimed');
    const settlements: Settlement[] = [
      { ...delivered(retried), outcome: 'retry', at: 3_000, step: 1, answer: 'busy' },
      { ...delivered(dead), outcome: 'dead', answer: 'no' },
      { ...delivered(released), outcome: 'release' },
      ...rest.map(delivered),
    ];
    expect(await one.settle(settlements)).toEqual(settlements.map(() => true));
    expect(rowsIn(path)).toEqual({ packs: 0, slices: 0, rows: 3 });
    expect(await one.discard([dead.id])).toBe(1);
    await one.settle((await claim(one, 4_000)).map(delivered));
    expect(rowsIn(path)).toEqual({ packs: 0, slices: 0, rows: 0 });
  });

  it('are due at once, claimed in part or whole, when the process that held them has ended', async () => {
    const { one, other } = pair();
    await burst(one, 8);
    const held = await claim(one, 2_000, 3);
    await one.close();
    const again = await claim(other, 2_000);
    expect(again).toHaveLength(8);
    const twice = idsOf(again.filter(({ attempt }) => attempt === 2));
    expect(twice).toEqual(idsOf(held));
  });

  it('count in the summary of the file as rows do', async () => {
    const { path, one } = pair();
    await burst(one, 8, { to: ['house', 'other'] });
    await claim(one, 2_000, 3);
    const other = { destination: 'other', pending: 8, inFlight: 0, dead: 0, oldest: 1_000, nextDue: 1_000 };
    expect(readSummary(path)).toEqual({
      destinations: [{ ...other, destination: 'house', pending: 5, inFlight: 3 }, other],
      accepted: 16,
    });
  });

  it('are stored once each: what is known already, in the same turn or from before, gets the first receipt', async () => {
    const { one } = pair();
    const [known] = (await burst(one, 5)) as [NewMessage];
    const fresh = message();
    const turn = [fresh, message({ transactionId: known.transactionId }), message(), message(), message()];
    const again = message({ transactionId: fresh.transactionId });
    const results = await Promise.all([...turn, again].map((each) => one.enqueue(each)));
    const first = (of: NewMessage) => ({
      stored: false,
      first: { id: of.id, createdAt: 1_000, destinations: ['house'] },
    });
    const stored = { stored: true };
    expect(results).toEqual([stored, first(known), stored, stored, stored, first(fresh)]);
    expect(await claim(one, 2_000)).toHaveLength(9);
  });
});
