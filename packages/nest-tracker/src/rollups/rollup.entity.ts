import { Column, Entity, PrimaryColumn } from 'typeorm';
import { MinorUnitsColumn } from '../storage/columns.js';
import type { Grain } from './cubes.js';

/** What a rollup row counts, and at which time. */
export type Basis =
  /** Clicks, when they were made. */
  | 'visit'
  /** Conversions, when they happened. */
  | 'occurred'
  /** Conversions, when their click was made; without a click, when they happened. */
  | 'clicked';

/**
 * Clicks and conversions of one span of time that have everything in common that reports group by, added up. Written in
 * the transaction of what it counts, by addition alone, so that it is at every moment what the rows themselves say.
 */
@Entity('tallyback_rollups', { withoutRowid: true })
export class Rollup {
  @KeyColumn('grain', 8) grain: Grain;
  @KeyColumn('basis', 8) basis: Basis;
  /** Where the span begins, epoch milliseconds. */
  @PrimaryColumn({ name: 'bucket', type: 'bigint', transformer: { to: (value) => value, from: Number } })
  bucket: number;
  /** Here and below: empty where a click or conversion has none. */
  @KeyColumn('campaign_id', 26) campaignId: string;
  @KeyColumn('offer_id', 26) offerId: string;
  @KeyColumn('partner_id', 26) partnerId: string;
  @KeyColumn('advertiser_id', 26) advertiserId: string;
  /** Empty for clicks. */
  @KeyColumn('event', 64) event: string;
  @KeyColumn('currency', 3) currency: string;
  /** Here and below: always empty in the grain that does not know of it. */
  @KeyColumn('country', 2) country: string;
  @KeyColumn('device', 16) device: string;
  @KeyColumn('os', 32) os: string;
  @KeyColumn('browser', 64) browser: string;
  /** Writers that run at the same time have a row each, so that none waits for another's commit. */
  @PrimaryColumn({ name: 'lane', type: 'integer' }) lane: number;
  /** Of people. */
  @CountColumn('clicks') clicks: number;
  /** First of their visitor in a campaign on a UTC day. */
  @CountColumn('unique_clicks') uniqueClicks: number;
  @CountColumn('bots') bots: number;
  /** Prefetches and HEAD requests: they count nowhere, and show that there is something. */
  @CountColumn('others') others: number;
  @CountColumn('approved') approved: number;
  @CountColumn('pending') pending: number;
  @CountColumn('rejected') rejected: number;
  @CountColumn('refunded') refunded: number;
  /** Of approved and pending conversions, as is `payout`. */
  @MinorUnitsColumn('revenue') revenue: bigint;
  @MinorUnitsColumn('payout') payout: bigint;
  /** Of people's clicks. */
  @MinorUnitsColumn('cost') cost: bigint;
}

function KeyColumn(name: string, length: number): PropertyDecorator {
  return PrimaryColumn({ name, type: 'varchar', length });
}

function CountColumn(name: string): PropertyDecorator {
  return Column({ name, type: 'integer' });
}
