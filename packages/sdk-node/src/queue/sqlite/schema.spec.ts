import { describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { migrate } from './schema.js';

describe('the queue file', () => {
  it('is refused where SQLite can keep no write-ahead log, as receipts depend on it', () => {
    // Like a file system without shared memory, a database in memory has none, and SQLite goes on without.
    const db = new Database(':memory:');
    expect(() => migrate(db)).toThrow('put the queue file on a local disk');
    db.close();
  });
});
