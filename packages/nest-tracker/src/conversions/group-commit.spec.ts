import { describe, expect, it } from '@jest/globals';
import type { Job } from './decision.js';
import { GroupCommit } from './group-commit.js';
import type { Decided } from './run-group.js';

const job = (now: number): Job<number> => ({ now, want: () => undefined, decide: () => ({ result: now }) });
const jobs = (from: number, count: number) => Array.from({ length: count }, (_, i) => job(from + i));
const done = (group: readonly Job<unknown>[]): Decided[] => group.map(({ now }) => ({ decision: { result: now } }));
const results = (decided: readonly Decided[]) =>
  decided.map((one) => ('decision' in one ? one.decision.result : (one.error as Error).message));
const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

/** A storage that remembers its groups by their sizes. */
function recording(carryOut: (group: readonly Job<unknown>[]) => Decided[] = done) {
  const sizes: number[] = [];
  const groups = new GroupCommit(async (group) => {
    sizes.push(group.length);
    await new Promise(setImmediate);
    return carryOut(group);
  });
  return { sizes, groups };
}

describe('group commit', () => {
  it('takes together what came while a group was under way, and gives each its own result', async () => {
    const { sizes, groups } = recording();
    const first = groups.add([job(1)]);
    await new Promise(setImmediate);
    const others = await Promise.all([2, 3, 4].map((now) => groups.add([job(now)])));
    expect(results(await first)).toEqual([1]);
    expect(others.map(results)).toEqual([[2], [3], [4]]);
    expect(sizes).toEqual([1, 3]);
  });

  it('waits for those who come back one after another, as long as each turn brings one', async () => {
    const { sizes, groups } = recording();
    const added: ReturnType<typeof groups.add>[] = [];
    const coming = [2, 3, 4];
    const come = () => {
      added.push(groups.add(coming.splice(0, 1).map(job)));
      if (coming.length > 0) setImmediate(come);
    };
    setImmediate(come);
    added.push(groups.add([job(1)]));
    await added[0];
    expect((await Promise.all(added)).map(results)).toEqual([[1], [2], [3], [4]]);
    expect(sizes).toEqual([4]);
  });

  it('bounds a group, but never tears apart what came together', async () => {
    const { sizes, groups } = recording();
    const added = [jobs(0, 400), jobs(400, 200), jobs(600, 1_000), jobs(1_600, 1), jobs(1_601, 511)];
    const settled = await Promise.all(added.map((some) => groups.add(some)));
    expect(settled.flatMap(results)).toEqual(Array.from({ length: 2_112 }, (_, i) => i));
    expect(sizes).toEqual([400, 200, 1_000, 512]);
  });

  it('runs a group again in halves when the database refuses what is in it, so that one alone fails', async () => {
    const { sizes, groups } = recording((group) => {
      if (group.some(({ now }) => now === 5)) throw withCode('bad row', '23502');
      return done(group);
    });
    expect(results(await groups.add(jobs(0, 8)))).toEqual([0, 1, 2, 3, 4, 'bad row', 6, 7]);
    expect(sizes).toEqual([8, 4, 4, 2, 1, 1, 2]);
  });

  it('tells everybody of a group when the storage is away, and goes on with the next', async () => {
    let away = true;
    const { sizes, groups } = recording((group) => {
      if (away) throw withCode('away', 'ECONNREFUSED');
      return done(group);
    });
    expect(results(await groups.add(jobs(0, 3)))).toEqual(['away', 'away', 'away']);
    away = false;
    expect(results(await groups.add(jobs(0, 3)))).toEqual([0, 1, 2]);
    expect(sizes).toEqual([3, 3]);
  });
});
