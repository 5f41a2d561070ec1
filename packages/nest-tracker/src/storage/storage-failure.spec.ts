import { types } from 'node:util';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from '@jest/globals';
import Libsql from 'libsql';
import { isDataFault, isOvertaken, isStorageFailure } from './storage-failure.js';

/** An error as another context of the process makes it: Node's own, when the host runs in a context of its own. */
function foreign(message: string, code: string): unknown {
  return Object.assign(runInNewContext('new Error(message)', { message }), { code });
}

describe('an error of the SQLite driver', () => {
  const database = new Libsql(':memory:');
  afterAll(() => void database.close());
  const errorOf = (sql: string): unknown => {
    try {
      return database.exec(sql);
    } catch (error) {
      return error;
    }
  };

  it('is known, although it is none to Node', () => {
    expect(types.isNativeError(errorOf('nonsense'))).toBe(false);
    expect(isStorageFailure(errorOf('nonsense'))).toBe(true);
    database.exec('CREATE TABLE rows (name TEXT NOT NULL)');
    const refused = errorOf('INSERT INTO rows VALUES (NULL)');
    expect([isDataFault(refused), isStorageFailure(refused), isOvertaken(refused)]).toEqual([true, false, false]);
  });
});

describe('an error of another context', () => {
  it('is known for what it says, as one of this context is', () => {
    expect(foreign('read ECONNRESET', 'ECONNRESET')).not.toBeInstanceOf(Error);
    expect(isStorageFailure(foreign('read ECONNRESET', 'ECONNRESET'))).toBe(true);
    expect(isDataFault(foreign('value too long', '22001'))).toBe(true);
    expect(isOvertaken(foreign('deadlock detected', '40P01'))).toBe(true);
    expect(isStorageFailure(foreign('value too long', '22001'))).toBe(false);
    expect(isStorageFailure({ code: 'ECONNRESET' })).toBe(false);
  });
});
