import { getActiveResourcesInfo } from 'node:process';
import { describe, expect, it } from '@jest/globals';
import { Transport } from './transport.js';

describe('a transport', () => {
  it('leaves nothing behind of a request to an origin that is none', async () => {
    const timers = () => getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const request = { method: 'GET', origin: 'nowhere', path: '/', headers: {} } as const;
    await expect(new Transport(1, 1_000).send(request, 1_000)).rejects.toThrow();
    expect(timers()).toBe(before);
  });
});
