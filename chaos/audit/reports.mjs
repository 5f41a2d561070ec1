import { isCounted, statesOf } from '../driver/orders.mjs';
import { formatMinor } from '../lib/money.mjs';
import { CAMPAIGNS } from '../world/catalog.mjs';

const STATUSES = ['approved', 'pending', 'rejected', 'refunded'];

/** What reports, rollups and counters say are the sums of the driver's own orders, to the cent, and of the clicks that are stored. */
export function auditReports({ record, clicks, campaigns, offers, report, rollups, counters }) {
  const orders = [...record.orders.values()].filter(({ taken, hasClick }) => taken && hasClick);
  const differences = [];
  const keys = new Map(campaigns.map(({ id, key }) => [id, key]));
  for (const [campaign, { currency }] of Object.entries(CAMPAIGNS)) {
    const should = {
      clicks: clicks.filter(({ campaign_id: id, kind, bot }) => keys.get(id) === campaign && kind === 'click' && !bot)
        .length,
      ...sumOf(
        orders.filter((order) => order.campaign === campaign),
        currency,
      ),
    };
    const row = report.rows.find((one) => one.campaign === campaign && one.currency === currency) ?? {};
    for (const [name, value] of Object.entries(should)) {
      if (row[name] === value) continue;
      differences.push([undefined, `the report says of ${campaign}: ${name} ${row[name]}; the books say ${value}`]);
    }
  }
  for (const { id, key } of offers) {
    const own = orders.filter(({ campaign }) => CAMPAIGNS[campaign].offer === key);
    const currency = own[0]?.currency ?? 'EUR';
    const { conversions, revenue, payout } = sumOf(own, currency);
    const rows = counters.filter((row) => row.scope === `offer:${id}` && row.period === 'total' && row.currency !== '');
    const total = (field) => rows.reduce((sum, row) => sum + Number(row[field]), 0);
    const is = `${total('conversions')} conversions, ${formatMinor(total('revenue'), currency)}, ${formatMinor(total('payout'), currency)}`;
    const should = `${conversions} conversions, ${revenue}, ${payout}`;
    if (is !== should) {
      differences.push([undefined, `the counter of ${key} says ${is} (revenue, payout); the books say ${should}`]);
    }
  }
  if (rollups.differing > 0) {
    differences.push([undefined, `${rollups.differing} sums of the rollups are not what the rows say`]);
  }
  return differences;
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
