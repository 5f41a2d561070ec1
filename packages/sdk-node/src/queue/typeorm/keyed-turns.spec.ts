import { describe, expect, it } from '@jest/globals';
import { KeyedTurns } from './keyed-turns.js';

describe('KeyedTurns', () => {
  it('begins work on a key when what was asked for before it has ended, failed or not', async () => {
    const turns = new KeyedTurns();
    const events: string[] = [];
    let fail: (error: Error) => void = () => {};
    const first = turns.take('a', () => {
      events.push('first begins');
      return new Promise<never>((_, reject) => {
        fail = reject;
      });
    });
    const second = turns.take('a', async () => events.push('second begins'));
    const other = turns.take('b', async () => events.push('other key'));
    await other;
    expect(events).toEqual(['first begins', 'other key']);
    fail(new Error('not stored'));
    await expect(first).rejects.toThrow('not stored');
    await second;
    expect(events).toEqual(['first begins', 'other key', 'second begins']);
  });

  it('begins at once when nothing on the key is under way any more', async () => {
    const turns = new KeyedTurns();
    await turns.take('a', async () => {});
    let begun = false;
    const again = turns.take('a', async () => {
      begun = true;
    });
    expect(begun).toBe(true);
    await again;
  });
});
