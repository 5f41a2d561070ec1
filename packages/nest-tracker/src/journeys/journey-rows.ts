import { UnprocessableEntityException } from '@nestjs/common';
import { Click } from '../clicks/click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import { keyedQuery } from '../conversions/working-set/keyed-rows.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';

const TOUCH_COLUMNS = [
  ...(['id', 'at', 'kind', 'bot', 'campaignId', 'offerId', 'partnerId', 'advertiserId'] as const),
  ...(['country', 'device', 'os', 'browser', 'channel'] as const),
] satisfies (keyof Click)[];
const CONVERSION_COLUMNS = [
  ...(['id', 'advertiserId', 'event', 'transactionId', 'clickId', 'offerId', 'partnerId', 'campaignId'] as const),
  ...(['country', 'device', 'os', 'browser'] as const),
  ...(['status', 'revenue', 'payout', 'currency', 'clickedAt', 'occurredAt'] as const),
] satisfies (keyof Conversion)[];

/** A click on somebody's way. */
export type TouchRow = Pick<Click, Exclude<(typeof TOUCH_COLUMNS)[number], 'kind' | 'bot'>>;
/** What somebody did. */
export type JourneyConversion = Pick<Conversion, (typeof CONVERSION_COLUMNS)[number]>;

/** A customer of an advertiser, by row id of the one and the advertiser's own id of the other. */
export interface CustomerOf {
  readonly advertiserId: string;
  readonly customerId: string;
}

/** What is known of a customer, unordered. */
export interface CustomerRows {
  readonly touches: readonly TouchRow[];
  readonly conversions: readonly JourneyConversion[];
}

/** Rows of one kind that a person may have: an id with more is no person's, and would be read at everybody's cost. */
const MOST = 2_000;

/** Reads what is known of customers; built once per tracker. */
export function customerReader(storage: TrackerStorage): (customers: readonly CustomerOf[]) => Promise<CustomerRows> {
  const { dialect } = storage;
  const clickRows = storage.rowsOf(Click, TOUCH_COLUMNS);
  const conversionRows = storage.rowsOf(Conversion, CONVERSION_COLUMNS);
  const theirs = (alias: string) =>
    `${alias}.advertiser_id = k.advertiser_id AND ${alias}.customer_id = k.customer_id LIMIT ${MOST + 1}`;
  const conversionsOf = keyedQuery(
    dialect,
    ['advertiser_id', 'customer_id'],
    (keys) => `SELECT ${conversionRows.selectList('v')} FROM ${keys} ${conversionRows.table} v ON ${theirs('v')}`,
  );
  const clicksOf = keyedQuery(
    dialect,
    ['advertiser_id', 'customer_id'],
    (keys) => `SELECT ${clickRows.selectList('c')} FROM ${keys} ${clickRows.table} c ON ${theirs('c')}`,
  );
  // What a click brought that names nobody else: most shops' postbacks name the click alone.
  const conversionsOfClicks = keyedQuery(
    dialect,
    ['id'],
    (keys) =>
      `SELECT ${conversionRows.selectList('v')} FROM ${keys} ${conversionRows.table} v
        ON v.click_id = k.id AND v.customer_id IS NULL LIMIT ${MOST + 1}`,
  );
  const clicksById = keyedQuery(
    dialect,
    ['id'],
    (keys) => `SELECT ${clickRows.selectList('c')} FROM ${keys} ${clickRows.table} c ON c.id = k.id`,
  );
  return async (customers) => {
    const keys = customers.map(({ advertiserId, customerId }) => [advertiserId, customerId]);
    const namely = bounded((await storage.read(conversionsOf(keys))).map(conversionRows.read));
    const named = bounded((await storage.read(clicksOf(keys))).map(clickRows.read));
    // A click that somebody else sent in the customer's name is none of theirs unless a person made it.
    const touches = new Map<string, TouchRow>();
    for (const click of named) if (click.kind === 'click' && !click.bot) touches.set(click.id, click);
    const missing = [...new Set(namely.flatMap(({ clickId }) => clickId ?? []))].filter((id) => !touches.has(id));
    const found = missing.length === 0 ? [] : await storage.read(clicksById(missing.map((id) => [id])));
    for (const click of found.map(clickRows.read)) touches.set(click.id, click);
    // A click that was removed for its age is known by what came of it.
    for (const conversion of namely) {
      const touch = removedTouch(conversion);
      if (touch && !touches.has(touch.id)) touches.set(touch.id, touch);
    }
    const clicks = [...touches.keys()].map((id) => [id]);
    const unnamed = clicks.length === 0 ? [] : await storage.read(conversionsOfClicks(clicks));
    const conversions = bounded([...namely, ...unnamed.map(conversionRows.read)]);
    return { touches: [...touches.values()], conversions };
  };
}

function bounded<Row>(rows: readonly Row[]): readonly Row[] {
  if (rows.length <= MOST) return rows;
  throw new UnprocessableEntityException(
    `More than ${MOST} rows have this customer id: it is shared (as "guest" would be), so there is no one's journey to show.`,
  );
}

function removedTouch(conversion: JourneyConversion): TouchRow | undefined {
  const { clickId, clickedAt, campaignId, offerId, partnerId, advertiserId } = conversion;
  if (clickId === null || clickedAt === null || campaignId === null || offerId === null || partnerId === null) {
    return undefined;
  }
  const { country, device, os, browser } = conversion;
  const ids = { campaignId, offerId, partnerId, advertiserId };
  return { id: clickId, at: clickedAt, ...ids, country, device, os, browser, channel: null };
}
