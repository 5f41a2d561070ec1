import { checkCaps } from './check-caps.js';
import { checkOffer } from './check-offer.js';
import { checkWindow } from './check-window.js';
import { dedupeClick } from './dedupe-click.js';
import { findClick } from './find-click.js';
import { findDelivery } from './find-delivery.js';
import { findExisting } from './find-existing.js';
import { price } from './price.js';
import type { Step } from './step.js';
import { store } from './store.js';

/** The way of a conversion, in order. */
export const STEPS: readonly (readonly [name: string, step: Step])[] = [
  ['findDelivery', findDelivery],
  ['findExisting', findExisting],
  ['findClick', findClick],
  ['checkOffer', checkOffer],
  ['checkWindow', checkWindow],
  ['dedupeClick', dedupeClick],
  ['price', price],
  ['checkCaps', checkCaps],
  ['store', store],
];
