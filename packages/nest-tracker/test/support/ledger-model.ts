import type { ConversionStatus } from '@tallyback/protocol';

export type Policy = 'ignore' | 'update' | 'increment' | 'reject';

/** One request about an order; `cents` is undefined where it carries no revenue. */
export interface Command {
  readonly type: 'created' | 'updated' | 'decided';
  /** Number of the order. */
  readonly order: number;
  readonly cents: bigint | undefined;
  readonly status: ConversionStatus | undefined;
  /** Id of the delivery; a retry has that of its first. Decisions have none. */
  readonly delivery: string | undefined;
}

/** An order as it stands. */
export interface Order {
  readonly status: ConversionStatus;
  readonly cents: bigint;
  /** Deliveries that were accepted. */
  readonly seen: readonly string[];
}

const NEXT: Record<ConversionStatus, readonly string[]> = {
  pending: ['approved', 'rejected'],
  approved: ['rejected', 'refunded'],
  rejected: [],
  refunded: [],
};

export const isCounted = ({ status }: Pick<Order, 'status'>) => status === 'approved' || status === 'pending';

/** 10 % with ties to the even cent. */
export function tenPercent(cents: bigint): bigint {
  const whole = cents / 10n;
  const rest = cents % 10n;
  return rest > 5n || (rest === 5n && whole % 2n === 1n) ? whole + 1n : whole;
}

/** What one request does to one order: the rules of duplicates and statuses, told once more in the simplest way. */
export function apply(
  policy: Policy,
  order: Order | undefined,
  { type, cents, status, delivery }: Command,
): { readonly order: Order | undefined; readonly outcome: string } {
  const refused = (outcome: string) => ({ order, outcome });
  const accepted = (next: Omit<Order, 'seen'>, outcome: string) => {
    const seen = [...(order?.seen ?? []), ...(delivery === undefined ? [] : [delivery])];
    return { order: { ...next, seen }, outcome };
  };
  if (!order) {
    if (type === 'decided') return refused('not found');
    if (type === 'updated' || status === 'refunded') return refused('status_transition_invalid');
    return accepted({ status: status ?? 'approved', cents: cents ?? 0n }, 'recorded');
  }
  if (delivery !== undefined && order.seen.includes(delivery)) return refused('duplicate');
  if (type === 'created' && policy === 'reject') return refused('duplicate_refused');
  if (type === 'created' && policy === 'ignore') return accepted(order, 'duplicate');
  const add = type === 'created' && policy === 'increment';
  const next = cents === undefined ? order.cents : cents + (add ? order.cents : 0n);
  const target = status ?? order.status;
  if (target !== order.status && !NEXT[order.status].includes(target)) return refused('status_transition_invalid');
  if (next === order.cents && target === order.status) return accepted(order, 'duplicate');
  if (next !== order.cents && !isCounted(order)) return refused('status_transition_invalid');
  return accepted({ status: target, cents: next }, 'updated');
}

/** A request with the outcome that it was answered with. */
export type Observed = Command & { readonly outcome: string };

/**
 * Whether some order of the requests explains every answer and ends in what is stored: those of a wave went out at the
 * same time and may have been handled in any order, those of an earlier wave were answered before.
 */
export function isExplained(
  policy: Policy,
  waves: readonly (readonly Observed[])[],
  stored: Pick<Order, 'status' | 'cents'> | undefined,
): boolean {
  const explain = (order: Order | undefined, wave: number, left: readonly Observed[]): boolean => {
    if (left.length === 0) {
      const next = waves[wave + 1];
      return next ? explain(order, wave + 1, next) : order?.status === stored?.status && order?.cents === stored?.cents;
    }
    return left.some((request, i) => {
      const { order: after, outcome } = apply(policy, order, request);
      return outcome === request.outcome && explain(after, wave, left.toSpliced(i, 1));
    });
  };
  return explain(undefined, 0, waves[0] ?? []);
}
