import {
  type ConversionMessage,
  type Fault,
  fittingMetadata,
  type NetworkPostback,
  type Parsed,
  parseConversion,
} from '@tallyback/protocol';
import type { CompatNetwork } from './compat-networks.js';

/**
 * A network's postback as a conversion of ours; the network's own catalog ids are kept in the metadata (`everflow_offer`).
 *
 * @param currency Of amounts that come without one: the offer's. They are checked with it.
 */
export function compatConversion(
  { name }: CompatNetwork,
  { conversion, catalog }: NetworkPostback,
  currency: string | undefined,
): Parsed<ConversionMessage['data']> {
  const { revenue, payout, items } = conversion;
  const isPriced = revenue !== undefined || payout !== undefined || items !== undefined;
  const ours = conversion.currency ?? (isPriced ? currency : undefined);
  if (isPriced && ours === undefined) return { ok: false, faults: [noCurrency(name)] };
  const metadata = fittingMetadata([
    ...Object.entries(catalog).map(([kind, value]) => ({ name: `${name}_${kind}`, value })),
    ...Object.entries(conversion.metadata ?? {}).map(([key, value]) => ({ name: key, value: String(value) })),
  ]);
  return parseConversion({
    ...conversion,
    ...(ours !== undefined && { currency: ours }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  });
}

function noCurrency(network: string): Fault {
  const detail = `is missing: the postback has an amount without a currency, and no click says which offer's it is. Set "compat": { "${network}": { "currency": "EUR" } } for the advertiser.`;
  return { reason: 'missing_field', field: 'currency', detail };
}
