import { within } from '../deadline.js';
import type { Answer, Destination } from '../destinations/destination.js';
import { type Logger, safeLogger } from '../logger.js';
import type { ClaimedDelivery, Queue } from '../queue/queue.js';
import { LazyTelemetry } from '../telemetry/lazy-telemetry.js';
import { TypedEmitter } from '../typed-emitter.js';
import { type BreakerState, CircuitBreaker } from './circuit-breaker.js';
import type { DeliveryEvents } from './events.js';
import { Lane, LEASE_MARGIN_MS } from './lane.js';
import type { DeliveryContext, Tally } from './lane-context.js';
import { keepable, redactor } from './redact.js';
import { DEFAULT_RETRY_SCHEDULE, retryPolicy } from './retry-policy.js';
import { SettlementBatcher } from './settlement-batcher.js';

/** A queue that hangs must not hold up the end of its process. */
const HAND_BACK_MS = 1_000;

/** How one attempt ended, told after it was written. */
export interface Settled {
  readonly outcome: 'delivered' | 'retry' | 'dead';
  readonly id: string;
  readonly destination: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** What was answered, when there was an answer: status and the beginning of the body, without secrets. */
  readonly status?: number;
  readonly answer?: string;
}

export interface DeliveryEngineOptions {
  readonly queue: Queue;
  /** Told of every attempt after it was written; what it throws goes to the logger. */
  readonly onSettled: (settled: Settled) => void;
  readonly logger: Logger;
  /** Delays between attempts in milliseconds. Default as in `TallybackOptions`. */
  readonly retrySchedule?: readonly number[];
  /** How long one attempt may take. Default 15,000 ms. */
  readonly attemptTimeoutMs?: number;
  /** How long a claimed delivery stays with a process that says nothing. Default 2 x `attemptTimeoutMs` + 15,000 ms. */
  readonly leaseMs?: number;
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

interface Entry {
  readonly destination: Destination;
  readonly lane: Lane;
}

/**
 * What delivers for `Tallyback`, for queues that something else fills: leases with fencing, the retry schedule, order per
 * transaction id. Destinations come and go while it runs, and those with one `place` share a circuit breaker.
 */
export class DeliveryEngine {
  readonly #context: Omit<DeliveryContext, 'redact'>;
  readonly #entries = new Map<string, Entry>();
  readonly #places = new Map<string, CircuitBreaker>();
  readonly #lanesOf = new Map<string, Set<Lane>>();
  #stopped = false;

  constructor(private readonly options: DeliveryEngineOptions) {
    const { queue, retrySchedule = DEFAULT_RETRY_SCHEDULE, attemptTimeoutMs = 15_000, now = Date.now } = options;
    const complain = (error: unknown) => this.#complain(error);
    this.#context = {
      queue,
      attemptTimeoutMs,
      now,
      leaseMs: Math.max(options.leaseMs ?? 2 * attemptTimeoutMs + 15_000, attemptTimeoutMs + LEASE_MARGIN_MS),
      batcher: new SettlementBatcher(queue),
      policy: retryPolicy(retrySchedule, Math.random),
      emitter: new TypedEmitter<DeliveryEvents>(complain),
      telemetry: new LazyTelemetry(false, complain),
      logger: safeLogger(options.logger, redactor()),
      background: true,
    };
  }

  /** Names of the destinations that are delivered to. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** The circuit breaker of a place; undefined where nothing leads. */
  breakerOf(place: string): BreakerState | undefined {
    return this.#places.get(place)?.state;
  }

  /**
   * Delivers what waits for `name` from now on.
   *
   * @param place what stands or falls together, for example a host: destinations of one place share a breaker
   */
  add(name: string, destination: Destination, place: string): void {
    if (this.#stopped || this.#entries.has(name)) return;
    const { logger } = this.#context;
    const redact = redactor(destination.secrets);
    const lane = new Lane({
      ...this.#context,
      name,
      destination,
      redact,
      logger: safeLogger(logger, redact),
      breaker: this.#breaker(place, destination),
      onSettled: (outcome, delivery, answer) => {
        const body = answer && keepable(answer.body, redact);
        this.#tell(outcome, delivery, answer && { status: answer.status, body: body as string });
      },
    });
    this.#entries.set(name, { destination, lane });
    this.#lanesOf.set(place, (this.#lanesOf.get(place) ?? new Set()).add(lane));
    lane.wake();
  }

  /** Delivers to `name` no more: what runs is cut off, and all leases are handed back. */
  async remove(name: string): Promise<void> {
    const entry = this.#entries.get(name);
    if (!entry) return;
    this.#entries.delete(name);
    for (const lanes of this.#lanesOf.values()) lanes.delete(entry.lane);
    this.#forgetPlaces();
    await entry.lane.stop();
    // It may have been the one that probed its place.
    this.wake();
  }

  /** Something can be claimed for these; without names, perhaps for any. */
  wake(names: Iterable<string> = this.#entries.keys()): void {
    for (const name of names) this.#entries.get(name)?.lane.wake();
  }

  /** Delivers what is due for at most `timeoutMs`, then cuts off what runs and hands all leases back, within a second. */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopped = true;
    const lanes = [...this.#entries.values()].map(({ lane }) => lane);
    await within(Promise.all(lanes.map((lane) => lane.whenIdle())), timeoutMs);
    const stopped = await within(Promise.all(lanes.map((lane) => lane.stop())), HAND_BACK_MS);
    if (!stopped) this.#context.logger.warn('stopped before every lease was handed back; they run out by themselves');
    this.#entries.clear();
  }

  /** Forgets the places that nothing leads to, but for those that are left in peace at the moment: somebody may come back. */
  #forgetPlaces(): void {
    const now = this.#context.now();
    for (const [place, lanes] of this.#lanesOf) {
      if (lanes.size > 0 || this.#places.get(place)?.room(now) === 0) continue;
      this.#lanesOf.delete(place);
      this.#places.delete(place);
    }
  }

  #breaker(place: string, { breaker }: Destination): CircuitBreaker {
    const known = this.#places.get(place);
    if (known) return known;
    const made = new CircuitBreaker(breaker, (_, at) => {
      if (at !== undefined) {
        const until = new Date(at).toISOString();
        this.#context.logger.warn(`${place}: every attempt fails; the next one is made after ${until}`);
      }
      // All of the place's lanes have to look again, but not within the call that has changed it.
      setImmediate(() => {
        for (const lane of this.#lanesOf.get(place) ?? []) lane.wake();
      });
    });
    this.#places.set(place, made);
    return made;
  }

  #tell(outcome: keyof Tally, delivery: ClaimedDelivery, answer?: Pick<Answer, 'status' | 'body'>): void {
    const { id, destination, attempt } = delivery;
    try {
      const said = answer ? { status: answer.status, answer: answer.body } : {};
      this.options.onSettled({ outcome, id, destination, attempt, ...said });
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    this.options.logger.error(`a listener failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
