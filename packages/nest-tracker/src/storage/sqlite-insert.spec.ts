import { describe, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import type { EntityColumn } from './entity-rows.js';
import { sqliteInsert } from './sqlite-insert.js';
import type { Cell } from './transaction-work.js';

interface Row {
  readonly id: string;
  readonly at: number;
  readonly path: string;
  readonly note: string | null;
  readonly agent: string | null;
}

const NAMES = ['id', 'at', 'path', 'note', 'agent'] as const;
const columns = NAMES.map(
  (property): EntityColumn<Row> => ({
    property,
    name: `"${property}"`,
    arrayType: 'text[]',
    cell: (row) => row[property] as Cell,
    optional: property === 'note' || property === 'agent',
  }),
);

function table() {
  const database = new Libsql(':memory:');
  database.exec('CREATE TABLE t (id text PRIMARY KEY, at integer, path text NOT NULL, note text, agent text)');
  const insert = sqliteInsert({ table: 't', columns }, ' ON CONFLICT DO NOTHING');
  let values = 0;
  const write = (rows: readonly Row[]): number => {
    let changes = 0;
    for (const { text, parameters } of insert(rows)) {
      values += parameters.length;
      changes += database.prepare(text).run(parameters as unknown[]).changes;
    }
    return changes;
  };
  return { write, bound: () => values, rows: () => database.prepare('SELECT * FROM t ORDER BY at').all([]) as Row[] };
}

const rowOf = (at: number, row: Partial<Row> = {}): Row => ({
  id: `r${at}`,
  at,
  path: '/p',
  note: null,
  agent: null,
  ...row,
});
const many = (count: number, row: (at: number) => Partial<Row> = () => ({})) =>
  Array.from({ length: count }, (_, at) => rowOf(at, row(at)));

describe('inserting many rows into SQLite', () => {
  it.each([
    ['alike', many(87)],
    ['few', many(3, () => ({ note: 'n' }))],
    ['one', [rowOf(1, { agent: 'a' })]],
    ['different', many(87, (at) => ({ path: `/${at % 3}`, note: at % 2 ? 'odd' : null, agent: `a${at}` }))],
    ['different at the end', many(20, (at) => ({ path: at === 19 ? '/last' : '/p', note: at === 19 ? 'n' : null }))],
  ])('keeps every value of rows that are %s', (_, rows) => {
    const { write, rows: stored } = table();
    expect(write(rows)).toBe(rows.length);
    expect(stored()).toEqual(rows);
  });

  it('binds once what the rows have in common, and leaves out what none of them has', () => {
    const { write, bound } = table();
    write(many(64, () => ({ agent: 'the same' })));
    expect(bound()).toBe(2 + 64 * 2);
  });

  it('leaves alone what is there, and says how many rows it wrote', () => {
    const { write } = table();
    write(many(10));
    expect(write(many(14))).toBe(4);
  });

  it('keeps every value of rows that are alike in ever other ways, also when it keeps no more statements', () => {
    const { write, rows: stored } = table();
    const insert: Row[] = [];
    for (let round = 0; round < 40; round++) {
      const bits = (bit: number) => (round >> bit) & 1;
      const rows = Array.from({ length: 4 }, (_, i) =>
        rowOf(round * 4 + i, {
          path: bits(0) ? '/p' : `/p${i}`,
          note: bits(1) ? (bits(2) ? 'n' : `n${i}`) : null,
          agent: bits(3) ? (bits(4) ? 'a' : `a${i}`) : null,
        }),
      );
      insert.push(...rows);
      write(rows);
    }
    expect(stored()).toEqual(insert);
  });
});
