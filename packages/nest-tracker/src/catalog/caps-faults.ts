import type { CapsDto } from './caps.dto.js';
import { PAYOUT_CAPS } from './caps.js';
import type { CatalogFault } from './catalog-error.js';
import type { CatalogSeed } from './catalog-seed.dto.js';
import { amountFault } from './catalog-validators.js';

/** Payout caps that are no amounts of their currency, or have none. */
export function capsFaults({ offers = [], partners = [] }: CatalogSeed): CatalogFault[] {
  return [
    ...offers.flatMap(({ caps, currency }, i) => payoutFaults(caps, currency, `offers[${i}].caps`)),
    ...partners.flatMap(({ caps }, i) => payoutFaults(caps, caps?.currency, `partners[${i}].caps`)),
  ];
}

function payoutFaults(caps: CapsDto | undefined, currency: string | undefined, path: string): CatalogFault[] {
  const given = PAYOUT_CAPS.filter((cap) => caps?.[cap] !== undefined);
  if (given.length > 0 && currency === undefined) {
    return [{ path: `${path}.currency`, message: 'is missing: payout caps need the currency they are in' }];
  }
  return given.flatMap((cap) => {
    const message = amountFault(caps?.[cap] ?? '', currency ?? '');
    return message ? [{ path: `${path}.${cap}`, message }] : [];
  });
}
