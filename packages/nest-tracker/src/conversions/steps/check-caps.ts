import { In, MoreThanOrEqual } from 'typeorm';
import type { OfferCaps } from '../../catalog/catalog.js';
import { Offer } from '../../catalog/offer.entity.js';
import { Conversion } from '../conversion.entity.js';
import { findByIdentity, standing } from './find-existing.js';
import { refuse, type Step } from './step.js';

/** Whether the offer still takes conversions in this day, month and altogether (UTC, by time of arrival). */
export const checkCaps: Step = async (context) => {
  const { offer, manager, storage, now } = context;
  if (!offer || Object.keys(offer.row.caps).length === 0) return undefined;
  const { id, key, caps } = offer.row;
  // Two conversions at the same time would both see the last free place: whoever holds the offer's row goes first.
  if (storage.dialect === 'postgres') await manager.findOne(Offer, { where: { id }, ...storage.lockForUpdate });
  const date = new Date(now);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const bounds: [keyof OfferCaps, string, number][] = [
    ['conversionsPerDay', 'today', Date.UTC(year, month, date.getUTCDate())],
    ['conversionsPerMonth', 'this month', Date.UTC(year, month, 1)],
    ['conversionsTotal', 'altogether', 0],
  ];
  for (const [cap, when, since] of bounds) {
    const most = caps[cap];
    if (most === undefined) continue;
    const counted = { offerId: id, receivedAt: MoreThanOrEqual(since), status: In(['pending', 'approved']) };
    if ((await manager.countBy(Conversion, counted)) < most) continue;
    // The last place may have gone to another copy of this very message while this one waited its turn.
    const existing = await findByIdentity(context);
    if (existing) return standing(context, existing);
    return refuse('cap_reached', `Offer "${key}" takes ${most} conversions ${when}, and they are reached.`);
  }
  return undefined;
};
