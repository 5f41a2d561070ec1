import type { IntakeResult, StepTrace } from '../conversions/intake.js';
import type { HttpRequest } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import type { ProvenSender } from './senders/prove-sender.js';

/** What is known of a request for the log; everything is optional because it may end at any step. */
export interface Facts {
  /** HTTP status answered, when it is not the outcome's or the reason's own. */
  readonly status?: number | undefined;
  readonly advertiser?: string | undefined;
  readonly campaign?: string | undefined;
  readonly clickId?: string | undefined;
  readonly transactionId?: string | undefined;
  readonly deliveryId?: string | undefined;
  /** How the sender proved who it is; undefined while it has not. */
  readonly sender?: string | undefined;
}

/** A sender that need not prove itself, because it has before or because an operator answers for it. */
export interface Vouched {
  readonly sender: ProvenSender;
  /** Key of the advertiser; the log blanks tokens out, by which it might have been found. */
  readonly advertiser?: string | undefined;
}

export interface ArrivalOptions {
  /** Why the request is read: because it came, again after its cause was mended, or to see what would become of it. */
  readonly purpose?: 'live' | 'replay' | 'test';
  readonly vouched?: Vouched | undefined;
  /** Id of the log row whose request is read again. */
  readonly replayOf?: string | undefined;
}

/** One request on its way to an outcome, with everything that reading it finds out. */
export class Arrival {
  readonly purpose: 'live' | 'replay' | 'test';
  readonly vouched: Vouched | undefined;
  readonly replayOf: string | undefined;
  /** The steps that passed it on, in order. */
  readonly steps: StepTrace[] = [];
  /** What reading has found out, kept for the log even when reading fails halfway. */
  facts: Facts = {};

  /** @param at When the request came, epoch milliseconds: signatures, windows and missing times go by it, also in a replay. */
  constructor(
    readonly request: HttpRequest,
    readonly at: number,
    { purpose = 'live', vouched, replayOf }: ArrivalOptions = {},
  ) {
    this.purpose = purpose;
    this.vouched = vouched;
    this.replayOf = replayOf;
  }

  /** Adds to what is known; what is not known takes nothing away. */
  note(facts: Facts): void {
    const known: Record<string, unknown> = { ...this.facts };
    for (const name of Object.keys(facts) as (keyof Facts)[]) if (facts[name] !== undefined) known[name] = facts[name];
    this.facts = known;
  }

  /** Notes a step that passed the request on. */
  passed(name: string, detail?: string): void {
    this.steps.push(detail === undefined ? { name, outcome: 'passed' } : { name, outcome: 'passed', detail });
  }

  /** The result of a request that ends before its message is recorded. */
  ended(step: string, refusal: Refusal): IntakeResult {
    const end: StepTrace = { name: step, outcome: 'ended', detail: refusal.detail };
    return { accepted: false, refusal, step, steps: [...this.steps, end] };
  }
}
