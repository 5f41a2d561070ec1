import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { HostTransactions } from './host-transactions.js';
import { TrackerStorage } from './tracker-storage.js';

describe('a transaction of the host’s', () => {
  it('cannot be joined by a tracker with a database of its own, which says what to give it', () => {
    const hosted = new DataSource({ type: 'postgres' });
    const storage = new TrackerStorage(new DataSource({ type: 'postgres' }));
    const transactions = new HostTransactions(
      storage,
      (runner) => ({ runner, open: true }),
      () => undefined,
    );
    expect(() => transactions.of(hosted.manager)).toThrow(/forRoot\(\{ dataSource \}\)/);
    expect(() => transactions.of(hosted.manager)).toThrow(expect.objectContaining({ code: 'another_data_source' }));
  });
});
