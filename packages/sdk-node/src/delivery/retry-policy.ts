const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The example schedule of Standard Webhooks 1.0.0, about 76 h: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. */
export const DEFAULT_RETRY_SCHEDULE: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** Share of a delay by which it varies both ways, so that an outage does not end in one synchronised burst. */
const JITTER = 0.1;
const MIN_RETRY_AFTER = SECOND;
const MAX_RETRY_AFTER = 24 * HOUR;

export interface FailedAttempt {
  /** Steps of the schedule used up before this attempt. */
  readonly step: number;
  readonly createdAt: number;
  readonly now: number;
  /** What the destination asked for. */
  readonly retryAfterMs?: number | undefined;
  /** How long after `createdAt` the destination takes the conversion at all. */
  readonly windowMs?: number | undefined;
}

export type NextTry = { readonly at: number; readonly step: number } | { readonly exhausted: string };

export interface RetryPolicy {
  next(failed: FailedAttempt): NextTry;
}

/** @param random returns a number in [0, 1), as Math.random does */
export function retryPolicy(schedule: readonly number[], random: () => number): RetryPolicy {
  const total = schedule.reduce((sum, delay) => sum + delay, 0);
  // Every delay at its longest, and an hour for the attempts themselves. Beyond it, and so for what was replayed, answers
  // with Retry-After use up the schedule, too: everything ends, and nothing before its schedule.
  const horizon = total * (1 + JITTER) + HOUR;
  return {
    next({ step, createdAt, now, retryAfterMs, windowMs }) {
      const asked = retryAfterMs === undefined ? undefined : now + clamp(retryAfterMs);
      const free = asked !== undefined && asked <= createdAt + horizon;
      const delay = free ? 0 : schedule[step];
      if (delay === undefined) return { exhausted: `all ${schedule.length} retries of the schedule are used up` };
      const planned = now + Math.round(delay * (1 - JITTER + 2 * JITTER * random()));
      const at = Math.max(planned, asked ?? planned);
      if (windowMs !== undefined && at > createdAt + windowMs) {
        return { exhausted: 'the next retry would fall behind the window of the destination' };
      }
      return { at, step: free ? step : step + 1 };
    },
  };
}

function clamp(retryAfterMs: number): number {
  return Math.min(Math.max(retryAfterMs, MIN_RETRY_AFTER), MAX_RETRY_AFTER);
}
