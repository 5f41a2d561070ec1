import {
  type ConversionMessage,
  createId,
  OUTCOME_STATUS,
  type OutcomeBody,
  type Problem,
  parseAmount,
  problem,
  type Reason,
  toMoneyJson,
} from '@tallyback/protocol';
import type { ReceiverFault as Fault } from './receiver-faults.js';

type Stored = Omit<OutcomeBody, 'outcome'>;

/** An answer: status and body. */
export interface Reply {
  readonly status: number;
  readonly body: OutcomeBody | Problem;
}

const NEXT: Readonly<Record<string, readonly string[]>> = {
  pending: ['approved', 'rejected'],
  approved: ['rejected', 'refunded'],
};

export function refuse(reason: Reason, field?: string): Reply {
  const body = problem(reason, 'No.', field);
  return { status: body.status, body };
}

/** What a small receiver has stored, in memory, and how it is broken. */
export class SmallLedger {
  readonly #conversions = new Map<string, Stored>();
  readonly #deliveries = new Map<string, string>();
  /** Whether nothing is too wrong for it. */
  readonly #lenient: boolean;

  constructor(
    private readonly clickIds: readonly string[],
    private readonly fault: Fault,
  ) {
    this.#lenient = fault === 'takes everything';
  }

  /** What becomes of a message that came under an id. */
  async take(message: ConversionMessage, deliveryId: string): Promise<Reply> {
    const known = this.#deliveries.get(deliveryId);
    if (known !== undefined && this.fault !== 'does not remember deliveries') {
      const stands = this.#conversions.get(known);
      if (this.fault === 'answers what comes again with 409') return refuse('duplicate_refused');
      return stands ? this.#accepted('duplicate', stands) : refuse('duplicate_refused');
    }
    const identity = this.#identity(message);
    if (this.fault === 'looks first and stores later') {
      const free = !this.#conversions.has(identity);
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (free) this.#conversions.delete(identity);
    }
    const reply =
      message.type === 'conversion.created' ? this.#create(message, identity) : this.#update(message, identity);
    if (reply.status < 300) this.#deliveries.set(deliveryId, identity);
    return reply;
  }

  /** Keeps the identity of what was refused. */
  keep(message: ConversionMessage): void {
    this.#create(message, this.#identity(message));
  }

  /** Takes an id for used, though what came under it was refused. */
  use(deliveryId: string): void {
    this.#deliveries.set(deliveryId, '');
  }

  forget(): void {
    this.#conversions.clear();
  }

  #identity({ data }: ConversionMessage): string {
    const { event, transactionId } = data;
    if (this.fault === 'forgets the event of an order') return transactionId;
    if (this.fault === 'trims transaction ids') return `${event} ${transactionId.trim()}`;
    if (this.fault === 'takes ids of orders in any case') return `${event} ${transactionId.toLowerCase()}`;
    return `${event} ${transactionId}`;
  }

  #create({ data }: ConversionMessage, identity: string): Reply {
    const { fault } = this;
    const stands = this.#conversions.get(identity);
    if (stands && fault !== 'counts every message') return this.#again(stands, data);
    if (data.status === 'refunded' && fault !== 'lets everything follow everything' && !this.#lenient)
      return refuse('status_transition_invalid', 'data.status');
    const clickId = fault === 'answers click ids in upper case' ? data.clickId?.toUpperCase() : data.clickId;
    const known = data.clickId !== undefined && this.clickIds.includes(data.clickId);
    if (data.clickId !== undefined && !known && fault === 'drops what has an unknown click')
      return refuse('click_not_found', 'data.clickId');
    if (data.clickId === undefined && fault === 'drops what has no click')
      return refuse('missing_field', 'data.clickId');
    const stored: Stored = {
      conversionId: createId(),
      ...(known && clickId !== undefined && { clickId }),
      status: fault === 'does not read the status' ? 'approved' : (data.status ?? 'approved'),
      ...this.#amounts(data),
    };
    this.#conversions.set(identity, stored);
    return this.#accepted(known ? 'recorded' : 'unattributed', stored);
  }

  #again(stands: Stored, data: ConversionMessage['data']): Reply {
    if (this.fault === 'answers a duplicate with 409') return refuse('duplicate_refused');
    if (this.fault === 'gives a duplicate a new id')
      return this.#accepted('duplicate', { ...stands, conversionId: createId() });
    if (this.fault === 'overwrites what stands')
      Object.assign(stands, this.#amounts(data), data.status && { status: data.status });
    return this.#accepted(this.fault === 'answers a duplicate as recorded' ? 'recorded' : 'duplicate', stands);
  }

  #update({ data }: ConversionMessage, identity: string): Reply {
    const { fault } = this;
    const stands = this.#conversions.get(identity);
    if (!stands) {
      if (fault !== 'takes updates of what it does not know' && !this.#lenient)
        return refuse('status_transition_invalid');
      return this.#accepted('updated', { conversionId: createId(), status: 'approved' });
    }
    const { status = stands.status } = data;
    const amounts = this.#amounts(data);
    const same = status === stands.status && (!amounts.revenue || amounts.revenue.amount === stands.revenue?.amount);
    if (same && fault !== 'says updated when nothing changed') return this.#accepted('duplicate', stands);
    if (fault === 'lets nothing follow approved' && stands.status === 'approved')
      return refuse('status_transition_invalid');
    const allowed = status === stands.status || NEXT[stands.status]?.includes(status);
    if (!allowed && fault !== 'lets everything follow everything' && !this.#lenient) {
      if (fault === 'changes what it refuses to change') Object.assign(stands, { status });
      return refuse('status_transition_invalid', 'data.status');
    }
    if (fault !== 'says updated and changes nothing') Object.assign(stands, { status }, amounts);
    if (fault === 'loses the revenue of what changes')
      Object.assign(stands, { revenue: { amount: '0.00', currency: 'EUR' } }, amounts);
    return this.#accepted(
      'updated',
      fault === 'gives what changes a new id' ? { ...stands, conversionId: createId() } : stands,
    );
  }

  #amounts({ revenue, currency }: ConversionMessage['data']): Pick<Stored, 'revenue' | 'payout'> {
    if (revenue === undefined || currency === undefined) return {};
    const money = (amount: string) => ({ revenue: { amount, currency }, payout: { amount: '0', currency } });
    if (this.fault === 'answers amounts as they came') return money(revenue);
    if (this.fault === 'counts in floating point') return money((Math.floor(Number(revenue) * 100) / 100).toFixed(2));
    if (this.fault === 'gives every currency two decimals') return money(Number(revenue).toFixed(2));
    if (this.fault === 'counts in 32 bits') return money(((Math.round(Number(revenue) * 100) | 0) / 100).toFixed(2));
    const exact = toMoneyJson({ minor: parseAmount(revenue, currency), currency });
    return { revenue: exact, payout: toMoneyJson({ minor: 0n, currency }) };
  }

  #accepted(outcome: OutcomeBody['outcome'], stored: Stored): Reply {
    const status = this.fault === 'answers every success with 200' ? 200 : OUTCOME_STATUS[outcome];
    return { status, body: { outcome, ...stored, ...this.#earned(stored) } };
  }
  #earned({ payout }: Stored): { payout?: undefined | Stored['payout'] } {
    if (this.fault === 'does not say what is earned') return { payout: undefined };
    return this.fault === 'pays in dollars' && payout ? { payout: { ...payout, currency: 'USD' } } : {};
  }
}
