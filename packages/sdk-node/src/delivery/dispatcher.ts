import type { Destination } from '../destinations/destination.js';
import { Lane } from './lane.js';
import type { DeliveryContext } from './lane-context.js';

/** All lanes of one `Tallyback`. They share the queue and nothing else: a slow destination delays no other. */
export class Dispatcher {
  readonly #lanes: readonly Lane[];
  #delivered = 0;

  constructor(context: DeliveryContext, destinations: ReadonlyMap<string, Destination>) {
    const onDelivered = () => {
      this.#delivered += 1;
    };
    this.#lanes = [...destinations].map(
      ([name, destination]) => new Lane({ ...context, name, destination, onDelivered }),
    );
  }

  /** Deliveries confirmed since the start. */
  get delivered(): number {
    return this.#delivered;
  }

  wake(): void {
    for (const lane of this.#lanes) lane.wake();
  }

  /** Resolves when nothing is due and nothing in flight, whatever is added meanwhile included. */
  async drained(): Promise<void> {
    this.wake();
    while (this.#lanes.some((lane) => !lane.idle)) await Promise.all(this.#lanes.map((lane) => lane.whenIdle()));
  }

  /** Cuts off what is in flight and hands its leases back. */
  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }
}
