import { groupBy } from '../lib/group-by.mjs';

/** What is kept of where visitors are. */
const NETWORK = '203.0.113.0';

/** Every click that was redirected is stored, as a person's, with what its address said; every page's own click is so once. */
export function auditClicks({ record, clicks, campaigns }) {
  const differences = [];
  const keys = new Map(campaigns.map(({ id, key }) => [id, key]));
  const stored = new Map(clicks.map((click) => [click.id, click]));
  if (stored.size !== clicks.length) differences.push([undefined, 'clicks share an id']);
  for (const [id, { campaign, tx }] of record.clicks) {
    const click = stored.get(id);
    if (!click) {
      differences.push([tx, `click ${id} was redirected and is not stored`]);
      continue;
    }
    const is = `${keys.get(click.campaign_id)} ${click.sub1} ${click.kind} ${click.bot ? 'robot' : 'person'} ${click.ip}`;
    const should = `${campaign} ${tx} click person ${NETWORK}`;
    if (is !== should) differences.push([tx, `click ${id} is stored as "${is}", not as "${should}"`]);
  }
  const bySub = groupBy(clicks, ({ sub1 }) => sub1);
  for (const { tx, isDirect, hasClick, taken } of record.orders.values()) {
    const count = bySub.get(tx)?.length ?? 0;
    if (isDirect && hasClick && taken && count !== 1) {
      differences.push([tx, `its landing page told of one click; ${count} are stored`]);
    }
  }
  return differences;
}
