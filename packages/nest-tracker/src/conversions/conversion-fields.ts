import { type MoneyJson, toMoneyJson } from '@tallyback/protocol';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Conversion } from './conversion.entity.js';

/** A conversion as people and other systems read it: catalog keys instead of row ids. */
export interface ConversionFields {
  readonly id: string;
  readonly advertiser: string | null;
  readonly event: string;
  readonly transactionId: string;
  readonly clickId: string | null;
  readonly campaign: string | null;
  readonly offer: string | null;
  readonly partner: string | null;
  readonly status: string;
  readonly revenue: MoneyJson | null;
  readonly payout: MoneyJson | null;
  /** Revenue as it was reported, when that was in another currency; null otherwise. */
  readonly originalRevenue: MoneyJson | null;
  /** Units of the revenue's currency for one of the reported one. */
  readonly rate: string | null;
  readonly couponCode: string | null;
  readonly customerId: string | null;
  readonly items: Conversion['items'];
  readonly metadata: Conversion['metadata'];
  readonly occurredAt: string;
  readonly receivedAt: string;
}

/** A conversion's row as others read it. */
export function conversionFields(row: Conversion, catalog: CatalogSnapshot): ConversionFields {
  return {
    id: row.id,
    ...catalog.keysOf(row),
    event: row.event,
    transactionId: row.transactionId,
    clickId: row.clickId,
    status: row.status,
    revenue: moneyOf(row.revenue, row.currency),
    payout: moneyOf(row.payout, row.currency),
    originalRevenue: moneyOf(row.originalRevenue ?? 0n, row.originalCurrency),
    rate: row.rate,
    couponCode: row.couponCode,
    customerId: row.customerId,
    items: row.items,
    metadata: row.metadata,
    occurredAt: new Date(row.occurredAt).toISOString(),
    receivedAt: new Date(row.receivedAt).toISOString(),
  };
}

/** An amount; null where no currency is known. */
export function moneyOf(minor: bigint, currency: string | null): MoneyJson | null {
  return currency ? toMoneyJson({ minor, currency }) : null;
}
