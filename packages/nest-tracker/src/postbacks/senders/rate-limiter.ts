/** How often something may happen. */
export interface RateLimit {
  /** On average, over time. */
  readonly perSecond: number;
  /** At once, after a quiet time. Default: as many as in one second, at least one. */
  readonly burst?: number;
}

/**
 * Limits how often something happens per key, in this process. Of each key only one number is kept: the time at which all
 * that was admitted would be done if it came evenly (the generic cell rate algorithm).
 */
export class RateLimiter {
  private readonly doneAt = new Map<string, number>();

  /** @param maxKeys When there are more, those that were not asked for longest are forgotten. */
  constructor(private readonly maxKeys: number) {}

  /** Milliseconds until something is admitted; 0 when it would be now. */
  wait(key: string, { perSecond, burst = Math.max(1, Math.ceil(perSecond)) }: RateLimit, now: number): number {
    const ahead = (this.doneAt.get(key) ?? now) - now;
    return Math.max(0, ahead - ((burst - 1) * 1000) / perSecond);
  }

  /** Counts what was admitted. Several at once may go below nothing; the ones after them wait longer. */
  count(key: string, { perSecond }: RateLimit, now: number, times = 1): void {
    const doneAt = Math.max(this.doneAt.get(key) ?? now, now) + (times * 1000) / perSecond;
    // Deleted first, so that the oldest stand at the beginning.
    this.doneAt.delete(key);
    this.doneAt.set(key, doneAt);
    if (this.doneAt.size <= this.maxKeys) return;
    const [oldest] = this.doneAt.keys();
    if (oldest !== undefined) this.doneAt.delete(oldest);
  }
}
