import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { arrayLiteral, columnLiteral } from './array-literal.js';
import type { Cell } from './transaction-work.js';

/** What PostgreSQL can keep: no NUL, no half of a character. */
const TEXT = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0') && !/\p{Cs}/u.test(text));
const AWKWARD = fc.constantFrom('NULL', 'null', '', '{}', '{,}', '"', '\\', '\\"', ' a ', '\n', "'", ',');

const itself = <T extends Cell | boolean>(value: T) => value;

describe('an array written for PostgreSQL', () => {
  let dataSource: DataSource;
  beforeAll(async () => {
    const url = process.env.TALLYBACK_TEST_POSTGRES ?? '';
    dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  });
  afterAll(() => dataSource.destroy());
  const read = async (type: string, literal: string) =>
    (await dataSource.query(`SELECT to_json($1::${type}[]) AS read`, [literal]))[0].read;

  it('is read as the texts and nulls that it was made of, whatever they hold', async () => {
    const values = fc.array(fc.option(fc.oneof(TEXT, AWKWARD)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        expect(await read('text', arrayLiteral(given, itself))).toEqual(given);
      }),
    );
  });

  it('is read as the numbers and truth values that it was made of', async () => {
    expect(await read('bigint', arrayLiteral([1, null, -7, 7_236_001n, 7_236_001n], itself))).toEqual([
      ...[1, null, -7],
      ...[7_236_001, 7_236_001],
    ]);
    expect(await read('boolean', arrayLiteral([true, true, false, null], itself))).toEqual([true, true, false, null]);
  });

  it('says nothing of a column that is null in all rows, which unnest fills up', async () => {
    const columns = [columnLiteral(['a', 'b'], itself), columnLiteral([null, null], itself)];
    const rows = await dataSource.query('SELECT * FROM unnest($1::text[], $2::bigint[]) AS c(one, other)', columns);
    expect(rows).toEqual([
      { one: 'a', other: null },
      { one: 'b', other: null },
    ]);
  });
});
