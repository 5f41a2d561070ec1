import { describe, expect, it } from '@jest/globals';
import { freePort } from '../../../../scripts/net/free-ports.js';
import { message } from '../../test/support/messages.js';
import type { Destination } from '../destinations/destination.js';
import { memoryQueue } from '../memory.js';
import { DeliveryEngine } from './delivery-engine.js';

describe('the delivery engine', () => {
  it('stops although its queue answers no more, and says so', async () => {
    const queue = memoryQueue();
    await queue.enqueue(message());
    let asked = () => {};
    const settling = new Promise<void>((resolve) => {
      asked = resolve;
    });
    queue.settle = () => {
      asked();
      return new Promise(() => {});
    };
    const warnings: string[] = [];
    const silent = () => {};
    const logger = { debug: silent, info: silent, warn: (line: string) => warnings.push(line), error: silent };
    const engine = new DeliveryEngine({ queue, logger, onSettled: silent });
    const origin = `http://127.0.0.1:${await freePort()}`;
    const house: Destination = {
      kind: 'house',
      toRequest: ({ body }) => ({ origin, path: '/', method: 'POST', headers: {}, body }),
      classify: () => ({ outcome: 'delivered' }),
    };
    engine.add('house', house, origin);
    await settling;
    await engine.stop(1);
    expect(warnings).toEqual(['stopped before every lease was handed back; they run out by themselves']);
  });

  it('forgets a place that nothing leads to, unless that place is to be left in peace', async () => {
    const queue = memoryQueue();
    await queue.enqueue(message());
    let settle = () => {};
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    let now = Date.now();
    const silent = () => {};
    const logger = { debug: silent, info: silent, warn: silent, error: silent };
    const engine = new DeliveryEngine({ queue, logger, onSettled: () => settle(), now: () => now });
    const origin = `http://127.0.0.1:${await freePort()}`;
    const house: Destination = {
      kind: 'house',
      breaker: { failures: 1, openMs: 60_000 },
      toRequest: ({ body }) => ({ origin, path: '/', method: 'POST', headers: {}, body }),
      classify: () => ({ outcome: 'delivered' }),
    };
    engine.add('house', house, origin);
    await settled;
    await engine.remove('house');
    for (const name of ['a', 'b', 'c']) {
      engine.add(name, house, `${name}.example`);
      expect(engine.breakerOf(`${name}.example`)).toBe('closed');
      await engine.remove(name);
      expect(engine.breakerOf(`${name}.example`)).toBeUndefined();
    }
    expect(engine.breakerOf(origin)).toBe('open');
    now += 60_000;
    engine.add('d', house, 'd.example');
    await engine.remove('d');
    expect(engine.breakerOf(origin)).toBeUndefined();
    await engine.stop(1);
  });
});
