import { createHash } from 'node:crypto';

const DAY_MS = 86_400_000;

/** The UTC day of a time, counted from the epoch. */
export function dayOf(now: number): number {
  return Math.floor(now / DAY_MS);
}

/**
 * A secret that changes every UTC day. Each day's key is the digest of the one before, so every process that has one
 * finds the next without asking, and nobody finds an earlier one: what was hashed with it can no longer be tried out.
 */
export class DayKey {
  constructor(
    private day: number,
    private bytes: Buffer,
  ) {}

  /** @throws Error when the text is none that {@link toString} has written. */
  static parse(text: string): DayKey {
    const [, day, key] = /^(\d{1,8}) ([A-Za-z0-9+/]{43}=)$/.exec(text) ?? [];
    if (day === undefined || key === undefined) throw new Error('The stored day key is damaged: remove its setting.');
    return new DayKey(Number(day), Buffer.from(key, 'base64'));
  }

  /** The key of a day; for a day that is over the oldest there still is. Keys before it are forgotten. */
  of(day: number): Buffer {
    for (; this.day < day; this.day++) this.bytes = createHash('sha256').update(this.bytes).digest();
    return this.bytes;
  }

  toString(): string {
    return `${this.day} ${this.bytes.toString('base64')}`;
  }
}
