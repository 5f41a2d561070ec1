import type { BreakerOptions } from '../destinations/destination.js';

export type BreakerState = 'closed' | 'open' | 'halfOpen';

/** The right to begin one attempt; given back with its result. */
export interface Pass {
  /** Its result decides whether the circuit closes. */
  readonly probe: boolean;
}

export type OnBreakerChange = (state: BreakerState, until?: number) => void;

const GO: Pass = { probe: false };

/**
 * Leaves a destination in peace that fails every time: `open` lets nothing through for a while, `halfOpen` one probe, whose
 * result closes the circuit or opens it for twice as long. Knows no timers: who asks gives the time.
 */
export class CircuitBreaker {
  readonly #failures: number;
  readonly #openMs: number;
  readonly #maxOpenMs: number;
  #state: BreakerState = 'closed';
  /** Failed attempts in a row. */
  #failed = 0;
  #lastOpenMs = 0;
  #openedAt = 0;
  #probing = false;

  /** @param options `false` for a circuit that is always closed */
  constructor(
    options: false | BreakerOptions | undefined,
    private readonly onChange: OnBreakerChange,
  ) {
    const { failures = 10, openMs = 5_000, maxOpenMs = 300_000 } = options || {};
    this.#failures = options === false ? Number.POSITIVE_INFINITY : failures;
    this.#openMs = openMs;
    this.#maxOpenMs = Math.max(openMs, maxOpenMs);
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** How many attempts may begin now. */
  room(now: number): number {
    if (this.#state === 'closed') return Number.POSITIVE_INFINITY;
    if (this.#state === 'halfOpen') return this.#probing ? 0 : 1;
    return this.#elapsed(now) ? 1 : 0;
  }

  /** How long until there is room again, in milliseconds; `undefined` when that depends on a probe. */
  waitMs(now: number): number | undefined {
    if (this.#state === 'halfOpen') return this.#probing ? undefined : 0;
    return this.#state === 'closed' || this.#elapsed(now) ? 0 : this.#openedAt + this.#lastOpenMs - now;
  }

  /** Begins an attempt, when there is room. */
  enter(now: number): Pass | undefined {
    if (this.#state === 'closed') return GO;
    if (this.room(now) === 0) return undefined;
    if (this.#state === 'open') this.#turn('halfOpen');
    this.#probing = true;
    return { probe: true };
  }

  /** The destination took it, or refused it for good: it works. */
  succeeded(): void {
    this.#failed = 0;
    if (this.#state === 'closed') return;
    this.#probing = false;
    this.#lastOpenMs = 0;
    this.#turn('closed');
  }

  /** No answer, or one that asks to come back later. What began before the circuit opened changes nothing any more. */
  failed({ probe }: Pass, now: number): void {
    this.#failed += 1;
    const trips = this.#state === 'closed' && this.#failed >= this.#failures;
    if (!trips && !(probe && this.#state === 'halfOpen')) return;
    this.#probing = false;
    this.#openedAt = now;
    this.#lastOpenMs = Math.min(this.#lastOpenMs === 0 ? this.#openMs : 2 * this.#lastOpenMs, this.#maxOpenMs);
    this.#turn('open', now + this.#lastOpenMs);
  }

  /** The attempt ended without an answer of either kind, cut off by ourselves. */
  left({ probe }: Pass): void {
    if (probe) this.#probing = false;
  }

  /** A clock that was set back must not keep it open. */
  #elapsed(now: number): boolean {
    return now < this.#openedAt || now >= this.#openedAt + this.#lastOpenMs;
  }

  #turn(state: BreakerState, until?: number): void {
    this.#state = state;
    this.onChange(state, until);
  }
}
