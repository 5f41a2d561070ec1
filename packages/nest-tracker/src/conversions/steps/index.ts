import { checkCaps } from './check-caps.js';
import { checkOffer } from './check-offer.js';
import { checkWindow } from './check-window.js';
import { dedupeClick } from './dedupe-click.js';
import { findClick } from './find-click.js';
import { findCoupon } from './find-coupon.js';
import { findCustomersClick } from './find-customers-click.js';
import { findDelivery } from './find-delivery.js';
import { findExisting } from './find-existing.js';
import { price } from './price.js';
import type { Step } from './step.js';
import { store } from './store.js';

type NamedStep = readonly [name: string, step: Step];

/** Where a conversion belongs and what it is worth there; a conversion that was stored without a click goes this way again. */
export const ATTRIBUTION_STEPS: readonly NamedStep[] = [
  ['findClick', findClick],
  ['findCoupon', findCoupon],
  ['findCustomersClick', findCustomersClick],
  ['checkOffer', checkOffer],
  ['checkWindow', checkWindow],
  ['dedupeClick', dedupeClick],
  ['price', price],
  ['checkCaps', checkCaps],
];

/** The way of a conversion, in order. */
export const STEPS: readonly NamedStep[] = [
  ['findDelivery', findDelivery],
  ['findExisting', findExisting],
  ...ATTRIBUTION_STEPS,
  ['store', store],
];
