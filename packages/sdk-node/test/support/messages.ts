import type { NewMessage } from '../../src/queue/queue.js';

let counter = 0;

/** A message for the queue, each with ids of its own. */
export function message(given: Partial<NewMessage> & { to?: readonly string[] } = {}): NewMessage {
  counter += 1;
  const { to = ['house'], ...rest } = given;
  const number = counter;
  return {
    id: `message-${number}`,
    kind: 'created',
    event: 'purchase',
    transactionId: `order-${number}`,
    createdAt: 1_000,
    deliveries: to.map((destination) => ({ id: `${destination}-${number}`, destination, body: `body ${number}` })),
    ...rest,
  };
}
