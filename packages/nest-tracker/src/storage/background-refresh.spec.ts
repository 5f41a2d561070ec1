import { describe, expect, it } from '@jest/globals';
import { BackgroundRefresh } from './background-refresh.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a refresh in the background', () => {
  it('is tried, and complained about, once a second while it fails, however many ask for it', async () => {
    let time = 0;
    let tries = 0;
    const complaints: string[] = [];
    const refresh = new BackgroundRefresh(
      ({ message }) => complaints.push(message),
      () => time,
    );
    const ask = async () => {
      for (let i = 0; i < 100; i++) {
        refresh.begin(async () => {
          tries += 1;
          throw new Error(`away ${tries}`);
        });
      }
      await settled();
    };
    await ask();
    time = 999;
    await ask();
    expect([tries, complaints]).toEqual([1, ['away 1']]);
    time = 1_000;
    await ask();
    expect([tries, complaints]).toEqual([2, ['away 1', 'away 2']]);
  });

  it('is done again as soon as it is asked for after it has succeeded', async () => {
    let tries = 0;
    const refresh = new BackgroundRefresh(() => undefined);
    for (let i = 0; i < 3; i++) {
      refresh.begin(async () => {
        tries += 1;
      });
      await settled();
    }
    expect(tries).toBe(3);
  });
});
