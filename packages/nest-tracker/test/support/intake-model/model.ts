import { apply, type Command, isCounted, type Order, type Policy, tenPercent } from '../ledger-model.js';

/** Which of the two clicks a message names: one that is stored, or one that is not stored yet. */
export type Named = 'stored' | 'late';

/** A message as it was sent; it may be sent and replayed again. */
export interface Sent extends Command {
  readonly names: Named;
}

export interface Standing extends Order {
  /** Without, it belongs to no offer yet, and is judged by none. */
  readonly attributed: boolean;
}

/** What is answered about an accepted message. */
export interface Expected {
  readonly outcome: string;
  readonly order: Standing | undefined;
}

/** What becomes of the orders of one run, told in the simplest way. */
export class IntakeModel {
  readonly orders = new Map<number, Standing>();
  /** Every message sent so far, each with its own id. */
  readonly sent: Sent[] = [];
  /** What was done to each order, for as many rows of the ledger. */
  readonly changes = new Map<number, number>();
  lateClickIsStored = false;

  constructor(private readonly policy: Policy) {}

  receive(message: Sent): Expected {
    const { order: number, names } = message;
    const standing = this.orders.get(number);
    const attributed = standing ? standing.attributed : names === 'stored' || this.lateClickIsStored;
    // An offer decides what a second message does; without one it does nothing.
    const { order, outcome } = apply(attributed ? this.policy : 'ignore', standing, message);
    if (!order) return { outcome, order: undefined };
    const next = { ...order, attributed };
    this.orders.set(number, next);
    if (outcome === 'recorded' || outcome === 'updated') this.#changed(number);
    return { outcome: outcome === 'recorded' && !attributed ? 'unattributed' : outcome, order: next };
  }

  /** Everything that waited for the click belongs to it from now on. */
  lateClickAppears(): void {
    this.lateClickIsStored = true;
    for (const [number, order] of this.orders) {
      if (order.attributed) continue;
      this.orders.set(number, { ...order, attributed: true });
      this.#changed(number);
    }
  }

  #changed(number: number): void {
    this.changes.set(number, (this.changes.get(number) ?? 0) + 1);
  }
}

/** What a conversion is worth to its partner. */
export const payoutOf = ({ cents, attributed }: Standing): bigint => (attributed ? tenPercent(cents) : 0n);

/** What the ledger of a conversion sums up to. */
export function ledgerOf(order: Standing): { readonly revenue: bigint; readonly payout: bigint } {
  return isCounted(order) ? { revenue: order.cents, payout: payoutOf(order) } : { revenue: 0n, payout: 0n };
}
