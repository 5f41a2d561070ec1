import { isCounted, statesOf } from '../driver/orders.mjs';
import { formatMinor } from '../lib/money.mjs';
import { CAMPAIGNS } from '../world/catalog.mjs';

const STATUSES = ['approved', 'pending', 'rejected', 'refunded'];

/** What reports, rollups and counters say are the sums of the driver's own orders, to the cent, and of the clicks that are stored. */
export function auditReports({ record, clicks, campaigns, offers, report, rollups, counters }) {
  const taken = [...record.orders.values()].filter((order) => order.taken);
  const orders = taken.filter(({ hasClick }) => hasClick);
  const differences = [];
  const keys = new Map(campaigns.map(({ id, key }) => [id, key]));
  const rows = [...report.rows];
  for (const { campaign, currency, own } of groupsOf(taken)) {
    const isOwn = ({ campaign_id: id, kind, bot }) => (keys.get(id) ?? null) === campaign && kind === 'click' && !bot;
    const should = { clicks: clicks.filter(isOwn).length, ...sumOf(own, currency) };
    const at = rows.findIndex((one) => one.campaign === campaign && one.currency === currency);
    const [row = {}] = at < 0 ? [] : rows.splice(at, 1);
    for (const [name, value] of Object.entries(should)) {
      if ((row[name] ?? (at < 0 ? nothingLike(value) : undefined)) === value) continue;
      const of = campaign ?? `orders without a click in ${currency}`;
      differences.push([undefined, `the report says of ${of}: ${name} ${row[name]}; the books say ${value}`]);
    }
  }
  for (const { campaign, currency } of rows) {
    differences.push([
      undefined,
      `the report has a row of ${campaign} in ${currency}, in which nobody has bought there`,
    ]);
  }
  for (const { id, key } of offers) {
    const own = orders.filter(({ campaign }) => CAMPAIGNS[campaign].offer === key);
    const currency = own[0]?.currency ?? 'EUR';
    const { conversions, revenue, payout } = sumOf(own, currency);
    const kept = counters.filter((row) => row.scope === `offer:${id}` && row.period === 'total' && row.currency !== '');
    const is = kept.map((row) => {
      const [earned, owed] = [row.revenue, row.payout].map((minor) => formatMinor(Number(minor), currency));
      return `${row.conversions} conversions, ${earned}, ${owed} ${row.currency}`;
    });
    const should = `${conversions} conversions, ${revenue}, ${payout} ${currency}`;
    if (is.join() !== (own.length > 0 ? should : '')) {
      differences.push([
        undefined,
        `the counter of ${key} says ${is.join(' and ')} (revenue, payout); the books say ${should}`,
      ]);
    }
  }
  if (rollups.differing > 0) {
    differences.push([undefined, `${rollups.differing} sums of the rollups are not what the rows say`]);
  }
  return differences;
}

/** The rows that a report by campaign has to have: each campaign in its currency, and what no click led to. */
function groupsOf(taken) {
  const sold = Object.entries(CAMPAIGNS).map(([campaign, { currency }]) => ({
    campaign,
    currency,
    own: taken.filter((order) => order.hasClick && order.campaign === campaign),
  }));
  const currencies = [...new Set(Object.values(CAMPAIGNS).map(({ currency }) => currency))];
  const unattributed = currencies.map((currency) => ({
    campaign: null,
    currency,
    own: taken.filter((order) => !order.hasClick && order.currency === currency),
  }));
  return [...sold, ...unattributed];
}

/** Of what nobody did there is no row. */
function nothingLike(value) {
  if (typeof value === 'number') return 0;
  return value.replaceAll(/\d/g, '0');
}

function sumOf(orders, currency) {
  const last = orders.map((order) => statesOf(order).at(-1));
  const counted = last.filter(({ status }) => isCounted(status));
  const total = (field) =>
    formatMinor(
      counted.reduce((sum, state) => sum + state[field], 0),
      currency,
    );
  return {
    conversions: counted.length,
    ...Object.fromEntries(STATUSES.map((status) => [status, last.filter((state) => state.status === status).length])),
    revenue: total('revenue'),
    payout: total('payout'),
  };
}
