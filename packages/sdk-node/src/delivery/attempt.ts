import type { Answer, Verdict } from '../destinations/destination.js';
import type { ClaimedDelivery, Settlement } from '../queue/queue.js';
import type { DeliveryEvent } from './events.js';
import type { LaneContext } from './lane-context.js';
import { keepable } from './redact.js';
import { AttemptAbortedError, codeOf, type Transport } from './transport.js';

/** How an attempt ended: what to write, and whom to tell once it is written. */
export interface Ended {
  readonly settlement: Settlement;
  readonly report: () => void;
}

/** Sends one delivery once and decides what becomes of it. Does not throw for anything that a destination does. */
export async function attempt(delivery: ClaimedDelivery, context: LaneContext, transport: Transport): Promise<Ended> {
  const { destination, attemptTimeoutMs, now } = context;
  const { id, body, attempt } = delivery;
  let answer: Answer | undefined;
  let verdict: Verdict;
  try {
    const request = await destination.toRequest({ id, body, attempt, now: now() });
    answer = await transport.send(request, attemptTimeoutMs);
    verdict = destination.classify(answer, now());
  } catch (error) {
    if (error instanceof AttemptAbortedError) return handedBack(delivery, now());
    verdict = { outcome: 'retry', why: describe(error) };
  }
  return conclude(delivery, context, verdict, answer);
}

function conclude(delivery: ClaimedDelivery, context: LaneContext, verdict: Verdict, answer?: Answer): Ended {
  const { seq, id, fence, step, createdAt } = delivery;
  const { policy, destination, now } = context;
  const claim = { seq, id, fence };
  if (verdict.outcome === 'delivered') {
    return { settlement: { ...claim, outcome: 'delivered' }, report: () => reportDelivered(delivery, context) };
  }
  const kept = keepable(answer ? `${verdict.why}\n${answer.body}` : verdict.why);
  let { why } = verdict;
  if (verdict.outcome === 'retry') {
    const { retryAfterMs } = verdict;
    const next = policy.next({ step, createdAt, now: now(), retryAfterMs, windowMs: destination.windowMs });
    if ('at' in next) {
      const report = () => reportRetry(delivery, context, why, next.at);
      return { settlement: { ...claim, outcome: 'retry', at: next.at, step: next.step, answer: kept }, report };
    }
    why = `${next.exhausted}; the last answer: ${why}`;
  }
  return {
    settlement: { ...claim, outcome: 'dead', answer: kept },
    report: () => reportDead(delivery, context, why),
  };
}

/** Cut off by ourselves at shutdown: due again at once, and no step of the schedule is used up. */
function handedBack({ seq, id, fence, step }: ClaimedDelivery, now: number): Ended {
  const answer = 'cut off because the sender was shut down';
  return { settlement: { seq, id, fence, outcome: 'retry', at: now, step, answer }, report: () => {} };
}

function reportDelivered(delivery: ClaimedDelivery, { emitter, logger, name, onDelivered }: LaneContext): void {
  onDelivered();
  logger.debug(`${name}: ${delivery.id} delivered at attempt ${delivery.attempt}`);
  emitter.emit('delivered', () => eventOf(delivery));
}

function reportRetry(delivery: ClaimedDelivery, { emitter, logger, name }: LaneContext, why: string, at: number): void {
  const nextAttemptAt = new Date(at);
  logger.debug(`${name}: ${delivery.id} is tried again at ${nextAttemptAt.toISOString()}: ${keepable(why)}`);
  emitter.emit('retry', () => ({ ...eventOf(delivery), why: keepable(why), nextAttemptAt }));
}

function reportDead(delivery: ClaimedDelivery, { emitter, logger, name }: LaneContext, why: string): void {
  logger.error(`${name}: ${delivery.id} is given up after attempt ${delivery.attempt}: ${keepable(why)}`);
  emitter.emit('dead', () => ({ ...eventOf(delivery), why: keepable(why) }));
}

function eventOf({ id, destination, attempt, event, transactionId }: ClaimedDelivery): DeliveryEvent {
  return { id, destination, event, transactionId, attempt };
}

function describe(error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}
