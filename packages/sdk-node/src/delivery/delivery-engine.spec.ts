import { describe, expect, it } from '@jest/globals';
import { message } from '../../test/support/messages.js';
import { deadPort } from '../../test/support/sink.js';
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
    const origin = `http://127.0.0.1:${await deadPort()}`;
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
});
