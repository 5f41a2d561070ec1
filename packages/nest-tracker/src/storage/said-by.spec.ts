import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { saidBy } from './said-by.js';
import { DatabaseClosedError } from './storage-failure.js';

/** What pg throws: its errors are called "error". */
const postgresError = (code: string, message: string) =>
  Object.assign(new Error(message), { name: 'error', code, detail: 'Key (customer_id)=(jane@shop.example)' });

describe('what an error of the database says in the log', () => {
  it('is the code of the driver and why', () => {
    const full = postgresError('53100', 'could not extend file: No space left on device');
    expect(saidBy(full)).toBe('error 53100: could not extend file: No space left on device');
    expect(saidBy(new DatabaseClosedError())).toMatch(/^DatabaseClosedError database_closed: The database connection/);
    expect(saidBy(new TypeError('x is not a function'))).toBe('TypeError: x is not a function');
    expect(saidBy('torn')).toBe('torn');
  });

  it('is never what a row holds, nor a statement’s parameters', () => {
    const refused = postgresError('22P02', 'invalid input syntax for type bigint: "jane@shop.example"');
    expect(saidBy(refused)).toBe('error 22P02');
    const failed = new QueryFailedError('UPDATE t SET customer_id = $1', ['jane@shop.example'], refused);
    expect(saidBy(failed)).toBe('QueryFailedError 22P02');
    const away = new QueryFailedError(
      'UPDATE t SET customer_id = $1',
      ['jane@shop.example'],
      postgresError('57P01', 'ends'),
    );
    expect(saidBy(away)).toBe('QueryFailedError 57P01: ends');
  });
});
