import type { Destination } from '../destinations/destination.js';
import type { BreakerState } from './circuit-breaker.js';
import { Lane, LEASE_MARGIN_MS } from './lane.js';
import type { DeliveryContext, Tally } from './lane-context.js';

export interface LaneReport extends Readonly<Tally> {
  readonly breaker: BreakerState;
}

interface Entry {
  readonly lane: Lane;
  readonly tally: Tally;
}

/** All lanes of one `Tallyback`. They share the queue and nothing else: a slow destination delays no other. */
export class Dispatcher {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #lanes: readonly Lane[];

  constructor(context: DeliveryContext, destinations: ReadonlyMap<string, Destination>) {
    this.#entries = new Map([...destinations].map(([name, destination]) => [name, entry(context, name, destination)]));
    this.#lanes = [...this.#entries.values()].map(({ lane }) => lane);
  }

  /** Deliveries confirmed since the start. */
  get delivered(): number {
    return [...this.#entries.values()].reduce((sum, { tally }) => sum + tally.delivered, 0);
  }

  /** What each lane did since the start. */
  report(): ReadonlyMap<string, LaneReport> {
    return new Map([...this.#entries].map(([name, { lane, tally }]) => [name, { ...tally, breaker: lane.breaker }]));
  }

  /** One for this destination was dead when it was accepted: no lane will see it. */
  gaveUp(name: string): void {
    const entry = this.#entries.get(name);
    if (entry) entry.tally.dead += 1;
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

function entry(context: DeliveryContext, name: string, destination: Destination): Entry {
  const tally: Tally = { delivered: 0, retry: 0, dead: 0 };
  const onSettled = (outcome: keyof Tally) => {
    tally[outcome] += 1;
  };
  const attemptTimeoutMs = destination.timeoutMs ?? context.attemptTimeoutMs;
  // A destination that may take longer than others is held longer.
  const leaseMs = Math.max(context.leaseMs, attemptTimeoutMs + 2 * LEASE_MARGIN_MS);
  return { tally, lane: new Lane({ ...context, attemptTimeoutMs, leaseMs, name, destination, onSettled }) };
}
