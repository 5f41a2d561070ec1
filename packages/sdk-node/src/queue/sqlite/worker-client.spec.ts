import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { tempDirs } from '../../../test/support/temp-dir.js';
import { QueueUnavailableError } from '../../errors.js';
import { WorkerClient } from './worker-client.js';

const dirs = tempDirs();

describe('WorkerClient', () => {
  it('rejects what waits when the worker ends, and starts another for the next call', async () => {
    const client = new WorkerClient(join(dirs(), 'queue.db'));
    const waiting = [client.post([{ op: 'open' }]), client.post([{ op: 'open' }])];
    const results = Promise.allSettled(waiting);
    await client.stop();
    for (const result of await results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'queue_unavailable' } });
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(QueueUnavailableError);
    }
    expect(await client.post([{ op: 'open' }])).toEqual([null]);
    await client.post([{ op: 'close' }]);
    await client.stop();
  });

  it('has one listener for the end of the process, however many threads there are, and none when there is none', async () => {
    const before = process.listenerCount('exit');
    const clients = Array.from({ length: 3 }, () => new WorkerClient(join(dirs(), 'queue.db')));
    expect(process.listenerCount('exit')).toBe(before);
    const opened = clients.map((client) => client.post([{ op: 'close' }]));
    expect(process.listenerCount('exit')).toBe(before + 1);
    await Promise.all(opened);
    await Promise.all(clients.map((client) => client.stop()));
    expect(process.listenerCount('exit')).toBe(before);
  });
});
