import type { BreakerState } from './delivery/circuit-breaker.js';
import type { Dispatcher } from './delivery/dispatcher.js';
import { asQueueUnavailable } from './errors.js';
import type { Queue, QueueCounts } from './queue/queue.js';

/** What one destination did since this instance was constructed, and what the queue holds for it now. */
export interface DestinationStats extends QueueCounts {
  /** Confirmed by it. */
  readonly delivered: number;
  /** Attempts that failed and are repeated. */
  readonly retried: number;
  /** Given up by this instance, at once what could not be prepared; {@link QueueCounts.dead} counts all that are kept. */
  readonly givenUp: number;
  /** Whether it is left in peace because every attempt fails. */
  readonly breaker: BreakerState;
  /** When something is to be tried next, or a lease ends; absent when nothing waits. */
  readonly nextDueAt?: Date;
}

/** By destination name. */
export type Stats = Readonly<Record<string, DestinationStats>>;

export async function stats(queue: Queue, dispatcher: Dispatcher): Promise<Stats> {
  const entries = [...dispatcher.report()].map(async ([name, report]) => {
    const [counts, nextDue] = await Promise.all([queue.counts([name]), queue.nextDue([name])]);
    const { delivered, retry: retried, dead: givenUp, breaker } = report;
    const due = nextDue === undefined ? {} : { nextDueAt: new Date(nextDue) };
    return [name, { ...counts, delivered, retried, givenUp, breaker, ...due }] as const;
  });
  return Object.fromEntries(
    await Promise.all(entries).catch((error: unknown) => {
      throw asQueueUnavailable(error, 'The queue cannot be counted');
    }),
  );
}
