import { AttributionHealer } from '../../src/conversions/attribution/attribution-healer.js';
import type { Dice } from '../fuzz/dice.js';
import { SECRETS } from './catalog.js';
import { lateClick } from './late-click.js';
import { change, report, unique } from './messages.js';
import type { SetClock } from './on-every-database.js';
import { BROWSER, send } from './requests.js';
import type { Tracker } from './start-tracker.js';

const AGENTS = [
  BROWSER,
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'curl/8.5.0',
];
const CAMPAIGNS = { boots: 'EUR', yen: 'JPY', increment: 'EUR', review: 'EUR', update: 'EUR', 'rival-boots': 'EUR' };
const MINUTE = 60_000;

/** A country for each of a few addresses; none for some. */
export const geo = {
  resolve: (ip: string) => ({ country: { 1: 'DE', 2: 'FR', 3: 'JP' }[Number(ip.slice(-1))] ?? null }),
};

/**
 * Clicks of people and robots, prefetches, conversions in several currencies, additions, approvals, refunds, and
 * conversions whose click appears later; now and then the clock goes on by up to three hours. The trackers share a database.
 */
export async function randomTraffic(trackers: readonly Tracker[], clock: SetClock, dice: Dice, count: number) {
  const clicks: { id: string; campaign: keyof typeof CAMPAIGNS }[] = [];
  const orders: { transactionId: string; clickId: string; campaign: keyof typeof CAMPAIGNS }[] = [];
  const campaigns = Object.keys(CAMPAIGNS) as (keyof typeof CAMPAIGNS)[];
  const money = (campaign: keyof typeof CAMPAIGNS) => ({
    revenue: CAMPAIGNS[campaign] === 'JPY' ? String(dice.below(9_000)) : (dice.below(9_000) / 100).toFixed(2),
    currency: CAMPAIGNS[campaign],
  });

  async function visit(tracker: Tracker): Promise<void> {
    const campaign = dice.pick(campaigns);
    const headers: Record<string, string> = {
      'user-agent': dice.pick(AGENTS),
      'x-forwarded-for': `203.0.113.${dice.below(6)}`,
      ...(dice.chance(10) && { 'sec-purpose': 'prefetch' }),
    };
    const method = dice.chance(5) ? 'HEAD' : 'GET';
    const cost = dice.chance(50) && CAMPAIGNS[campaign] === 'EUR' ? `&cost=0.${10 + dice.below(90)}` : '';
    const answer = await send(tracker, `/c/${campaign}?sub1=${dice.below(3)}${cost}`, { method, headers });
    const id = new URL(answer.headers.location ?? 'missing:').searchParams.get('clickid');
    if (id !== null && method === 'GET') clicks.push({ id, campaign });
  }

  async function convert(tracker: Tracker): Promise<void> {
    if (clicks.length === 0) return;
    const { id: clickId, campaign } = dice.pick(clicks);
    const transactionId = unique();
    const ago = dice.below(600) * MINUTE;
    const data = {
      clickId,
      transactionId,
      event: dice.pick(['purchase', 'lead']),
      occurredAt: new Date(clock.time - ago).toISOString(),
      ...(dice.chance(80) && money(campaign)),
      ...(dice.chance(30) && { status: dice.pick(['pending', 'rejected', 'approved']) }),
    };
    const secret = campaign === 'rival-boots' ? { advertiser: 'rival', secret: SECRETS.rival } : {};
    await report(tracker, data, { at: clock.date, ...secret });
    if (data.event === 'purchase' && campaign !== 'rival-boots') orders.push({ transactionId, clickId, campaign });
  }

  async function alter(tracker: Tracker): Promise<void> {
    if (orders.length === 0) return;
    const { transactionId, clickId, campaign } = dice.pick(orders);
    const at = { at: clock.date };
    if (dice.chance(40)) await report(tracker, { transactionId, clickId, ...money(campaign) }, at);
    else if (dice.chance(50)) await change(tracker, { transactionId, ...money(campaign) }, at);
    else await change(tracker, { transactionId, status: dice.pick(['refunded', 'rejected', 'approved']) }, at);
  }

  async function heal(tracker: Tracker): Promise<void> {
    const campaign = dice.pick(['boots', 'increment'] as const);
    const late = await lateClick(tracker, campaign);
    const data = { clickId: late.clickId, transactionId: unique(), ...money(campaign) };
    await report(tracker, data, { at: clock.date });
    if (dice.chance(70)) await late.commit();
    else await late.restore();
  }

  for (let i = 0; i < count; i++) {
    const tracker = dice.pick(trackers);
    const turn = dice.below(100);
    await (turn < 50 ? visit : turn < 75 ? convert : turn < 97 ? alter : heal)(tracker);
    if (dice.chance(10)) clock.time += dice.below(180) * MINUTE + dice.below(MINUTE);
  }
  for (const tracker of trackers) {
    tracker.get(AttributionHealer).sweep();
    await tracker.get(AttributionHealer).settled();
  }
}
