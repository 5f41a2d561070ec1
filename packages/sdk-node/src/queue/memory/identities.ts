import type { Recall } from '../../recall.js';
import type { FirstMessage, NewMessage } from '../queue.js';

interface Identity {
  readonly first: FirstMessage;
  readonly recall: Recall | undefined;
}

/** The conversions that were accepted, so that none is accepted twice. The oldest are forgotten first. */
export class Identities {
  readonly #known = new Map<string, Identity>();

  /** @param remember how many are known at a time */
  constructor(private readonly remember: number) {}

  /** What is known of a message's identity; when nothing is, the message is from now on what is known. */
  take(message: NewMessage): FirstMessage | undefined {
    const key = keyOf(message.event, message.transactionId);
    const known = this.#known.get(key);
    if (known) return known.first;
    const { id, createdAt, deliveries, recall } = message;
    const destinations = deliveries.map(({ destination }) => destination);
    this.#known.set(key, { first: { id, createdAt, destinations }, recall });
    if (this.#known.size > this.remember) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return undefined;
  }

  recall(event: string, transactionId: string): Recall | undefined {
    return this.#known.get(keyOf(event, transactionId))?.recall;
  }
}

function keyOf(event: string, transactionId: string): string {
  return `${event} ${transactionId}`;
}
