// What a report is made of: plain values that query, service and controller share.

/** What a report can be grouped by. */
export const REPORT_DIMENSIONS = [
  'campaign',
  'offer',
  'partner',
  'advertiser',
  'event',
  'country',
  'device',
  'os',
  'browser',
  'hour',
  'day',
  'month',
  'sub1',
  'sub2',
  'sub3',
  'sub4',
  'sub5',
  'sub6',
  'sub7',
  'sub8',
  'sub9',
  'sub10',
] as const;
export type ReportDimension = (typeof REPORT_DIMENSIONS)[number];

/** The dimensions that are periods of time. */
export const TIME_DIMENSIONS: readonly ReportDimension[] = ['hour', 'day', 'month'];

/** What a report can be filtered by: every dimension but time, which `from` and `to` bound. */
export const FILTER_DIMENSIONS = REPORT_DIMENSIONS.filter(
  (dimension): dimension is FilterDimension => !TIME_DIMENSIONS.includes(dimension),
);
export type FilterDimension = Exclude<ReportDimension, 'hour' | 'day' | 'month'>;

/** Groups that a report may have: they are sorted in memory, and a tracker has other things to do with it. */
export const MAX_GROUPS = 200_000;

/** Whether each row is an offer of a campaign, and so has a share of the campaign's visitors. */
export function hasShares(groupBy: readonly string[]): boolean {
  return groupBy.includes('campaign') && groupBy.includes('offer');
}

/** What is asked of a report. */
export interface ReportRequest {
  readonly groupBy: readonly ReportDimension[];
  /** Inclusive, epoch milliseconds; undefined: from the beginning. */
  readonly from: number | undefined;
  /** Exclusive, epoch milliseconds; undefined: until now. */
  readonly to: number | undefined;
  /** IANA name; days and hours are this zone's. */
  readonly timezone: string;
  /** Whether conversions are counted when they happened or when their click was made. */
  readonly by: 'click' | 'conversion';
  readonly filters: Partial<Record<FilterDimension, string>>;
  readonly currency: string | undefined;
  /** Field to order the rows by; undefined: by the dimensions. */
  readonly sort: { readonly field: string; readonly descending: boolean } | undefined;
  /** Most rows to answer, at most {@link MAX_GROUPS}. */
  readonly limit: number;
  /** `rows`: count clicks and conversions themselves, also where sums of them are kept. Default: whatever is faster. */
  readonly source?: 'rows' | undefined;
}

/** Counts and sums of one group; money in minor units. */
export interface Metrics {
  clicks: number;
  uniqueClicks: number;
  bots: number;
  conversions: number;
  approved: number;
  pending: number;
  rejected: number;
  refunded: number;
  revenue: bigint;
  payout: bigint;
  cost: bigint;
}

/** One row as it is answered: dimensions, currency, metrics; money as decimal strings. */
export interface ReportRow {
  readonly [dimension: string]: string | number | null | undefined;
  /** Null only for conversions without any amount. */
  readonly currency: string | null;
  /** People's visits; bots, prefetches and HEAD requests are not among them. */
  readonly clicks: number;
  /** The first click of each visitor in a campaign on a UTC day. */
  readonly uniqueClicks: number;
  readonly bots: number;
  /** Approved and pending. */
  readonly conversions: number;
  readonly approved: number;
  readonly pending: number;
  readonly rejected: number;
  readonly refunded: number;
  readonly revenue: string;
  readonly payout: string;
  readonly cost: string;
  /** Revenue less payout less cost. */
  readonly profit: string;
  /** Conversions per click; null without clicks. */
  readonly cr: number | null;
  /** Profit per money spent (payout and cost); null when nothing was spent. */
  readonly roi: number | null;
  /** Revenue per click, with two decimals more than the currency has; null without clicks. */
  readonly epc: string | null;
  /** Revenue per conversion; null without conversions. */
  readonly aov: string | null;
  /**
   * Only grouped by campaign and offer: the offer's share of the campaign's visitors now, 0 to 1, by its weight or as it
   * was learned; null when the campaign does not send anybody there any more.
   */
  readonly share?: number | null;
}

/** A report. */
export interface Report {
  readonly rows: readonly ReportRow[];
  /** One per currency, over everything that matches, whatever `limit` shows. */
  readonly totals: readonly ReportRow[];
}
