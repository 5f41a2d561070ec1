import { describe, expect, it } from '@jest/globals';
import { WriteBatcher } from './write-batcher.js';

/** A table that refuses some rows as a database does: the whole batch, with a code. */
class Table {
  readonly stored: number[] = [];
  readonly batches: number[][] = [];
  bad = new Map<number, Error>();

  readonly write = async (rows: readonly number[]): Promise<void> => {
    this.batches.push([...rows]);
    await new Promise(setImmediate);
    for (const row of rows) {
      const error = this.bad.get(row);
      if (error) throw error;
    }
    this.stored.push(...rows);
  };
}

const refused = (code: string) => Object.assign(new Error(code), { code });
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i);

describe('WriteBatcher', () => {
  it('writes what arrives together in one commit, in order', async () => {
    const table = new Table();
    const batcher = new WriteBatcher(table.write);
    await Promise.all(numbers(100).map((row) => batcher.add(row)));
    expect(table.batches).toEqual([numbers(100)]);
    expect(table.stored).toEqual(numbers(100));
  });

  it('gathers what arrives during a commit for the next', async () => {
    const table = new Table();
    const batcher = new WriteBatcher(table.write);
    const first = batcher.add(0);
    await new Promise(setImmediate);
    const later = numbers(3, 1).map((row) => batcher.add(row));
    expect(table.stored).toEqual([]);
    await Promise.all([first, ...later]);
    expect(table.batches).toEqual([[0], [1, 2, 3]]);
  });

  it('answers nobody before the commit that holds the row', async () => {
    const table = new Table();
    const batcher = new WriteBatcher(table.write);
    await Promise.all(numbers(10).map((row) => batcher.add(row).then(() => expect(table.stored).toContain(row))));
    await batcher.add(10);
    expect(table.stored).toContain(10);
  });

  it('bounds a commit', async () => {
    const table = new Table();
    const batcher = new WriteBatcher(table.write);
    await Promise.all(numbers(1_200).map((row) => batcher.add(row)));
    expect(Math.max(...table.batches.map(({ length }) => length))).toBe(512);
    expect(table.stored).toEqual(numbers(1_200));
  });

  it.each(['23505', '22021', 'SQLITE_CONSTRAINT_UNIQUE'])('lets one bad row fail alone (%s)', async (code) => {
    const table = new Table();
    table.bad.set(37, refused(code)).set(99, refused(code));
    const batcher = new WriteBatcher(table.write);
    const results = await Promise.allSettled(numbers(100).map((row) => batcher.add(row)));
    const failed = results.flatMap(({ status }, row) => (status === 'rejected' ? [row] : []));
    expect(failed).toEqual([37, 99]);
    expect(table.stored).toEqual(numbers(100).filter((row) => row !== 37 && row !== 99));
  });

  it('fails all rows of a commit when the database is away, without trying each, and works again afterwards', async () => {
    const table = new Table();
    table.bad.set(5, refused('57P01'));
    const batcher = new WriteBatcher(table.write);
    const results = await Promise.allSettled(numbers(100).map((row) => batcher.add(row)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(table.batches).toHaveLength(1);
    table.bad.clear();
    await batcher.add(7);
    expect(table.stored).toEqual([7]);
  });
});
