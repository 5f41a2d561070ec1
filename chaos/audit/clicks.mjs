/** Every click that was redirected is stored, as a person's, with what its address said. */
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
    const is = `${keys.get(click.campaign_id)} ${click.sub1} ${click.kind} ${click.bot ? 'robot' : 'person'}`;
    const should = `${campaign} ${tx} click person`;
    if (is !== should) differences.push([tx, `click ${id} is stored as "${is}", not as "${should}"`]);
  }
  return differences;
}
