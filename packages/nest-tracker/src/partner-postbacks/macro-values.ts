import { formatAmount } from '@tallyback/protocol';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Click } from '../clicks/click.entity.js';
import { queryValue } from '../clicks/click-parameters.js';
import type { Conversion } from '../conversions/conversion.entity.js';

const SUBS = ['sub1', 'sub2', 'sub3', 'sub4', 'sub5', 'sub6', 'sub7', 'sub8', 'sub9', 'sub10'] as const;

/** Columns of a click that postbacks can tell. */
export const TOLD_COLUMNS = [
  'id',
  'externalId',
  ...SUBS,
  'cost',
  'currency',
  'country',
  'device',
  'channel',
  'customerId',
  'query',
] as const;

/** What a postback can tell of a click. */
export type ToldClick = Pick<Click, (typeof TOLD_COLUMNS)[number]>;

/** The values of our macros for one conversion; without a click those about it have none. */
export function macroValues(
  conversion: Conversion,
  click: ToldClick | null,
  catalog: CatalogSnapshot,
): (macro: string) => string | undefined {
  const { currency } = conversion;
  const keys = catalog.keysOf(conversion);
  const values: Record<string, string | null | undefined> = {
    clickid: conversion.clickId,
    external_id: click?.externalId,
    campaign: keys.campaign,
    offer: keys.offer,
    partner: keys.partner,
    cost: click && click.cost !== null ? formatAmount(click.cost, click.currency) : undefined,
    country: click?.country,
    device: click?.device,
    conversion_id: conversion.id,
    event: conversion.event,
    status: conversion.status,
    transaction_id: conversion.transactionId,
    revenue: currency === null ? undefined : formatAmount(conversion.revenue, currency),
    payout: currency === null ? undefined : formatAmount(conversion.payout, currency),
    currency,
    timestamp: new Date(conversion.occurredAt).toISOString(),
  };
  for (const sub of SUBS) values[sub] = click?.[sub];
  return (macro) => {
    if (!macro.startsWith('query.')) return (Object.hasOwn(values, macro) ? values[macro] : undefined) ?? undefined;
    return click ? queryValue(click, macro.slice('query.'.length)) : undefined;
  };
}
