import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { QueueUnavailableError } from '../../errors.js';
import { WorkerClient } from './worker-client.js';

describe('WorkerClient', () => {
  it('rejects what waits when the worker ends, and starts another for the next call', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tallyback-'));
    const client = new WorkerClient(join(dir, 'queue.db'));
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
    rmSync(dir, { recursive: true });
  });
});
