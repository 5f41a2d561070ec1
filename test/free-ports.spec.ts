import { describe, expect, it } from '@jest/globals';
import { freePorts } from '../scripts/net/free-ports.js';

describe('free ports', () => {
  it('are all different, and none of those that systems hand out', async () => {
    const ports = await freePorts(50);
    expect(new Set(ports).size).toBe(50);
    expect(ports.filter((port) => port < 20_000 || port >= 30_000)).toEqual([]);
  });

  it('are not sought for ever where none can be had', async () => {
    // An address of no machine.
    await expect(freePorts(1, '192.0.2.1')).rejects.toThrow(/^of 100 ports from 20000 to 29999 of 192\.0\.2\.1 none/);
  });
});
