/** So much of a second's worth may leave at once by default: timers are too coarse for single requests at high rates. */
const BURST_SECONDS = 0.1;

/** Limits how many requests begin per second, evenly spread. Knows no timers: who asks gives the time. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #most: number;
  #tokens: number;
  #at = Number.NEGATIVE_INFINITY;

  /**
   * @param perSecond default: unlimited
   * @param burst so many may leave at once after a pause; default: a tenth of a second's worth, at least one
   */
  constructor(
    readonly perSecond: number = Number.POSITIVE_INFINITY,
    burst?: number,
  ) {
    this.#perMs = perSecond / 1_000;
    this.#most = burst ?? Math.max(1, Math.floor(perSecond * BURST_SECONDS));
    this.#tokens = this.#most;
  }

  /** How long until one more may begin, in milliseconds; 0: now. */
  waitMs(now: number): number {
    if (this.perSecond === Number.POSITIVE_INFINITY) return 0;
    this.#refill(now);
    // Shared out in whole tokens, but counted in fractions: a rounding error must not cost another round.
    return this.#tokens >= 1 - 1e-9 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs);
  }

  /** One begins. Only after {@link waitMs} was 0. */
  take(): void {
    if (this.perSecond !== Number.POSITIVE_INFINITY) this.#tokens -= 1;
  }

  #refill(now: number): void {
    // A clock that was set back gives nothing, and takes nothing either.
    if (now > this.#at && this.#at !== Number.NEGATIVE_INFINITY) {
      this.#tokens = Math.min(this.#most, this.#tokens + (now - this.#at) * this.#perMs);
    }
    this.#at = now;
  }
}
