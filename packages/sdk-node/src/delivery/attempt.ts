import { within } from '../deadline.js';
import type { Answer, OutgoingRequest, Verdict } from '../destinations/destination.js';
import type { ClaimedDelivery, Settlement } from '../queue/queue.js';
import { isThenable } from '../thenable.js';
import type { DeliveryEvent } from './events.js';
import type { LaneContext } from './lane-context.js';
import { keepable } from './redact.js';
import { AttemptAbortedError, AttemptTimeoutError, codeOf, type Transport } from './transport.js';
import { verdictOf } from './verdict.js';

/** How an attempt ended: what to write, and whom to tell once it is written. */
export interface Ended {
  readonly settlement: Settlement;
  readonly report: () => void;
  /** Whether the destination works; unknown when we cut the attempt off ourselves. */
  readonly works?: boolean;
}

/** Sends one delivery once and decides what becomes of it. Does not throw for anything that a destination does. */
export async function attempt(delivery: ClaimedDelivery, context: LaneContext, transport: Transport): Promise<Ended> {
  const { destination, attemptTimeoutMs, now, telemetry } = context;
  const { id, body, attempt } = delivery;
  const startedAt = now();
  let answer: Answer | undefined;
  let verdict: Verdict;
  try {
    const made = destination.toRequest({ id, body, attempt, now: startedAt });
    // Most are made at once, and every pause of a request that is not needed costs.
    if (isThenable(made)) answer = await late(Promise.resolve(made), attemptTimeoutMs, transport);
    else answer = await transport.send(made, attemptTimeoutMs);
    verdict = verdictOf(destination.classify(answer, now()));
  } catch (error) {
    if (error instanceof AttemptAbortedError) return handedBack(delivery, now());
    verdict = { outcome: 'retry', why: describe(error) };
  }
  const ended = conclude(delivery, context, verdict, answer);
  if (telemetry.active) tell(delivery, context, ended.settlement.outcome, startedAt, verdict, answer);
  return ended;
}

/** A request that is still being made, perhaps with a token to fetch: that has to end within the attempt, too. */
async function late(made: Promise<OutgoingRequest>, timeoutMs: number, transport: Transport): Promise<Answer> {
  const end = performance.now() + timeoutMs;
  if (await within(made, timeoutMs)) return transport.send(await made, end - performance.now());
  throw new AttemptTimeoutError('the request could not be prepared in time');
}

function conclude(delivery: ClaimedDelivery, context: LaneContext, verdict: Verdict, answer?: Answer): Ended {
  const { seq, id, fence, step, createdAt } = delivery;
  const { policy, destination, now, redact } = context;
  if (verdict.outcome === 'delivered') {
    const { confirmed = true } = verdict;
    return {
      settlement: { seq, id, fence, outcome: 'delivered' },
      report: () => reportDelivered(delivery, context, confirmed, answer),
      works: true,
    };
  }
  const claim = { seq, id, fence };
  const works = verdict.outcome !== 'retry';
  const kept = keepable(answer?.body ? `${verdict.why}\n${answer.body}` : verdict.why, redact);
  let { why } = verdict;
  if (verdict.outcome === 'retry') {
    const { retryAfterMs, atMost } = verdict;
    const next =
      atMost !== undefined && delivery.attempt >= atMost
        ? { exhausted: `after such an answer ${atMost} attempts are the most` }
        : policy.next({ step, createdAt, now: now(), retryAfterMs, windowMs: destination.windowMs });
    if ('at' in next) {
      const report = () => reportRetry(delivery, context, why, next.at, answer);
      return { settlement: { ...claim, outcome: 'retry', at: next.at, step: next.step, answer: kept }, report, works };
    }
    why = `${next.exhausted}; the last answer: ${why}`;
  }
  return {
    settlement: { ...claim, outcome: 'dead', answer: kept },
    report: () => reportDead(delivery, context, why, answer),
    works,
  };
}

/** Cut off by ourselves at shutdown: due again at once, and no step of the schedule is used up. */
function handedBack({ seq, id, fence, step }: ClaimedDelivery, now: number): Ended {
  const answer = 'cut off because the sender was shut down';
  return { settlement: { seq, id, fence, outcome: 'retry', at: now, step, answer }, report: () => {} };
}

function tell(
  { id, event, attempt }: ClaimedDelivery,
  { telemetry, name, destination, now, redact }: LaneContext,
  outcome: Settlement['outcome'],
  startedAt: number,
  verdict: Verdict,
  answer?: Answer,
): void {
  if (outcome === 'release') return;
  telemetry.attempted({
    id,
    event,
    attempt,
    destination: name,
    kind: destination.kind,
    outcome,
    startedAt,
    endedAt: now(),
    ...(answer ? { status: answer.status } : {}),
    ...('why' in verdict ? { why: keepable(verdict.why, redact) } : {}),
  });
}

function reportDelivered(delivery: ClaimedDelivery, context: LaneContext, confirmed: boolean, answer?: Answer): void {
  const { emitter, logger, name } = context;
  context.onSettled('delivered', delivery, answer);
  logger.debug(`${name}: ${delivery.id} delivered at attempt ${delivery.attempt}`);
  emitter.emit('delivered', () => ({ ...eventOf(delivery), confirmed }));
}

function reportRetry(delivery: ClaimedDelivery, context: LaneContext, why: string, at: number, answer?: Answer): void {
  const { emitter, logger, name, redact } = context;
  const nextAttemptAt = new Date(at);
  context.onSettled('retry', delivery, answer);
  logger.debug(`${name}: ${delivery.id} is tried again at ${nextAttemptAt.toISOString()}: ${keepable(why, redact)}`);
  emitter.emit('retry', () => ({ ...eventOf(delivery), why: keepable(why, redact), nextAttemptAt }));
}

function reportDead(delivery: ClaimedDelivery, context: LaneContext, why: string, answer?: Answer): void {
  const { emitter, logger, name, redact } = context;
  context.onSettled('dead', delivery, answer);
  logger.error(`${name}: ${delivery.id} is given up after attempt ${delivery.attempt}: ${keepable(why, redact)}`);
  emitter.emit('dead', () => ({ ...eventOf(delivery), why: keepable(why, redact) }));
}

function eventOf({ id, destination, attempt, event, transactionId }: ClaimedDelivery): DeliveryEvent {
  return { id, destination, event, transactionId, attempt };
}

function describe(error: unknown): string {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}
