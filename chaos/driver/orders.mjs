import { tenPercent } from '../lib/money.mjs';
import { CAMPAIGNS, LEAD_PAYOUT } from '../world/catalog.mjs';

/** What may become of an order after it was placed, and how often. */
const LIVES = {
  stays: 56,
  'pending, then approved': 10,
  'pending, then rejected': 6,
  refunded: 12,
  'refunded in part': 8,
  'refunded in part, then whole': 4,
  'approved twice over': 4,
};

const FOLLOW_UPS = {
  stays: [],
  'pending, then approved': [{ status: 'approved' }],
  'pending, then rejected': [{ status: 'rejected' }],
  refunded: [{ status: 'refunded' }],
  'refunded in part': ['less'],
  'refunded in part, then whole': ['less', { status: 'refunded' }],
  'approved twice over': [{ status: 'approved' }, { status: 'approved' }],
};

/**
 * One order with everything that will be asked for it, and what has to come of it in the end.
 *
 * @param {number} n
 * @param {import('../lib/dice.mjs').Dice} dice the visitor's own
 */
export function planOrder(n, dice) {
  const campaign = dice.pick(Object.keys(CAMPAIGNS));
  const { currency, partner } = CAMPAIGNS[campaign];
  const event = dice.chance(0.1) ? 'lead' : 'purchase';
  const life = dice.weighted(LIVES);
  const status = life.startsWith('pending') ? 'pending' : 'approved';
  const revenue = dice.whole(100, 30_000);
  const updates = FOLLOW_UPS[life].map((step) => (step === 'less' ? { revenue: dice.whole(0, revenue) } : step));
  return {
    tx: `order-${n}`,
    customer: `buyer-${n}@mail.example`,
    address: `203.0.113.${1 + (n % 254)}`,
    campaign,
    partner,
    currency,
    event,
    status,
    revenue,
    updates,
    hasClick: !dice.chance(0.03),
    placedTwice: dice.chance(0.05),
    /** Came without a redirect: the landing page tells of the click. */
    isDirect: dice.chance(0.1),
    /** What is known of it while it happens. */
    clickId: undefined,
    taken: false,
    updatesTaken: 0,
  };
}

/** What the offer pays for an order of this revenue. An order that no click led to has no offer. */
export function payoutOf({ event, currency, hasClick }, revenue) {
  if (!hasClick) return 0;
  return event === 'lead' ? LEAD_PAYOUT[currency] : tenPercent(revenue);
}

/**
 * The states that an order goes through, one after the other.
 *
 * @param {{ updatesTaken: number }} order
 * @param {number} count how many of its updates have been
 */
export function statesOf(order, count = order.updatesTaken) {
  const states = [{ status: order.status, revenue: order.revenue }];
  for (const update of order.updates.slice(0, count)) {
    const last = states[states.length - 1];
    const next = { ...last, ...update };
    if (next.status !== last.status || next.revenue !== last.revenue) states.push(next);
  }
  return states.map((state) => ({ ...state, payout: payoutOf(order, state.revenue) }));
}

/** Whether an order of this status is worth anything. */
export function isCounted(status) {
  return status === 'approved' || status === 'pending';
}
