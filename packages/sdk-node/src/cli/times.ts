import { UsageError } from './failures.js';

/** A length of time for people: `45 s`, `12 min`, `3 h`, `5 d`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(Math.max(0, milliseconds) / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** A point in time as seen from `now`: `3 h ago`, `in 5 min`. */
export function seenFrom(now: number, time: number): string {
  return time > now ? `in ${duration(time - now)}` : `${duration(now - time)} ago`;
}

/**
 * Milliseconds since the epoch of an option: RFC 3339, unix seconds, or `now`.
 *
 * @throws {UsageError} for anything else
 */
export function readInstant(option: string, text: string, now: number): number {
  if (text === 'now') return now;
  const time = /^\d{1,12}$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isFinite(time) && /^\d/.test(text)) return time;
  throw new UsageError(`--${option} must be a time such as 2026-11-22T10:00:00Z, unix seconds, or "now"`);
}

/** RFC 3339 UTC. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
