import { isCounted, statesOf } from '../driver/orders.mjs';
import { groupBy } from '../lib/group-by.mjs';
import { formatMinor } from '../lib/money.mjs';

/** Every order whose convert() has resolved is one conversion as it should be by now; every other one at most one. */
export function auditConversions({ record, conversions, ledger, inbound }) {
  const differences = [];
  const byOrder = groupBy(conversions, txOf);
  const entries = groupBy(ledger, ({ conversion_id: id }) => id);
  const arrivals = new Map(inbound.map(({ conversion_id: id, count }) => [id, Number(count)]));
  for (const tx of byOrder.keys()) {
    if (!record.orders.has(tx)) differences.push([tx, 'is a conversion that nobody ordered']);
  }
  for (const order of record.orders.values()) {
    const found = byOrder.get(order.tx) ?? [];
    const least = order.taken ? 1 : 0;
    if (found.length < least || found.length > 1) {
      differences.push([
        order.tx,
        `convert() ${order.taken ? 'has' : 'has not'} resolved; it is counted ${found.length} times`,
      ]);
      continue;
    }
    // What was never confirmed to the buyer may have happened, in part: only what is certain is judged.
    if (!order.taken || order.updatesTaken < order.updates.length) continue;
    const [conversion] = found;
    differences.push(...auditState(order, conversion));
    differences.push(...auditHistory(order, conversion, entries.get(conversion.id) ?? []));
    const recorded = arrivals.get(conversion.id) ?? 0;
    if (recorded !== 1) differences.push([order.tx, `the inbound log says ${recorded} times that it was recorded`]);
  }
  return differences;
}

const txOf = ({ transaction_id: tx }) => tx;

function auditState(order, conversion) {
  const last = statesOf(order).at(-1);
  const amount = (minor) => formatMinor(Number(minor), order.currency);
  const should = [
    order.event,
    order.clickId ?? null,
    last.status,
    amount(last.revenue),
    amount(last.payout),
    order.currency,
  ];
  const { event, click_id: clickId, status, revenue, payout, currency } = conversion;
  const is = [event, clickId, status, amount(revenue), amount(payout), currency];
  if (should.join() === is.join()) return [];
  const say = ([what, click, state, earned, owed, unit]) =>
    `${what} ${click ?? 'without a click'} ${state} ${earned} (pays ${owed}) ${unit}`;
  return [[order.tx, `is stored as "${say(is)}", not as "${say(should)}"`]];
}

/** The ledger has every change once; what each adds up to is what counts. */
function auditHistory(order, conversion, entries) {
  const states = statesOf(order);
  const should = states.map((state, i) => {
    const before = states[i - 1];
    const deltas = ['revenue', 'payout'].map((field) => countedOf(state, field) - countedOf(before, field));
    return `${before?.status ?? ''}>${state.status} ${deltas.join(' ')} ${order.currency}`;
  });
  const is = entries.map(
    ({ old_status: from, new_status: to, revenue_delta: revenue, payout_delta: payout, currency }) =>
      `${from ?? ''}>${to} ${Number(revenue)} ${Number(payout)} ${currency}`,
  );
  if (should.join() === is.join()) return [];
  return [[order.tx, `the ledger of ${conversion.id} says "${is.join(', ')}", not "${should.join(', ')}"`]];
}

function countedOf(state, field) {
  return state && isCounted(state.status) ? state[field] : 0;
}
