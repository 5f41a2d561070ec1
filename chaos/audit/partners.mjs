import { statesOf } from '../driver/orders.mjs';
import { formatMinor } from '../lib/money.mjs';
import { TELLINGS } from '../world/catalog.mjs';

/**
 * Every partner has taken what it was to be told of every order, in order, under one id however often it came, with the
 * right click, sum and currency, and nothing else.
 */
export function auditPartners({ record, told, outbound }) {
  const differences = [];
  const heard = new Map();
  for (const [place, { path, id, tx, click, status, sum, took }] of told.entries()) {
    const effect = `${path} ${tx} ${status}`;
    const known = heard.get(effect) ?? {
      ids: new Set(),
      sums: new Set(),
      clicks: new Set(),
      tx,
      took: false,
      firstTaken: place,
    };
    heard.set(effect, known);
    known.ids.add(id);
    known.sums.add(sum);
    known.clicks.add(click);
    if (took && !known.took) known.firstTaken = place;
    known.took ||= took;
  }
  for (const order of record.orders.values()) {
    if (!order.taken || order.updatesTaken < order.updates.length) continue;
    const lastTaken = new Map();
    for (const { path, effect, sum } of effectsOf(order)) {
      const known = heard.get(effect);
      heard.delete(effect);
      if (!known?.took) {
        differences.push([order.tx, `partner: "${effect}" was ${known ? 'heard and never taken' : 'never told'}`]);
        continue;
      }
      if (known.firstTaken < (lastTaken.get(path) ?? 0)) {
        differences.push([order.tx, `partner: "${effect}" came before what had been before it`]);
      }
      lastTaken.set(path, known.firstTaken);
      const is = [known.ids.size, ...known.sums, ...known.clicks].join(' ');
      const should = `1 ${sum} ${order.clickId}`;
      if (is !== should)
        differences.push([order.tx, `partner: "${effect}" came as "${is}" (ids, sum, click), not "${should}"`]);
    }
  }
  for (const [effect, { tx }] of heard) {
    const order = record.orders.get(tx);
    if (order?.taken && order.updatesTaken < order.updates.length) continue;
    differences.push([tx, `partner: "${effect}" was told and should not have been`]);
  }
  const open = outbound.filter(({ state }) => state !== null);
  if (open.length > 0) differences.push([undefined, `${open.length} postbacks wait in the outbox`]);
  return differences;
}

/** What partners are told of an order: each state that it has come to by a change of status. */
function effectsOf(order) {
  if (!order.hasClick) return [];
  const states = statesOf(order).filter(({ status }, i, all) => i === 0 || all[i - 1].status !== status);
  return TELLINGS[order.partner].flatMap(({ path, on, status: wanted }) =>
    states
      .filter(({ status }) => wanted.includes(status) && (on === undefined || on.includes(order.event)))
      .map(({ status, payout }) => ({
        path,
        effect: `${path} ${order.tx} ${status}`,
        sum: `${formatMinor(payout, order.currency)} ${order.currency}`,
      })),
  );
}
