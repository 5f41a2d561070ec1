import type { MoneyJson } from '@tallyback/protocol';
import type { CreditModel } from './credit-models.js';

/** What a journey is asked with. */
export interface JourneyRequest {
  /** The advertiser's own id of the customer. */
  readonly customerId: string;
  /** Key of the advertiser. Default: the one that knows the customer. */
  readonly advertiser?: string | undefined;
  /** After how many days a touch weighs half in `timeDecay`. Default 7. */
  readonly halfLifeDays?: number | undefined;
  /** How many days before a conversion touches count for it. Default 90. */
  readonly lookbackDays?: number | undefined;
  /** Items of a page. Default 100. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** One touch's part of a conversion: decimal amounts in the conversion's currency, by model. */
export type JourneyCredit = {
  readonly [Model in CreditModel]: { readonly revenue: string; readonly payout: string };
} & {
  readonly clickId: string;
  readonly channel: string | null;
  readonly campaign: string | null;
};

/** A click on the way. */
export interface JourneyTouch {
  readonly type: 'touch';
  readonly at: string;
  readonly clickId: string;
  /** What carried the link; null where it did not say. */
  readonly channel: string | null;
  readonly campaign: string | null;
  readonly offer: string | null;
  readonly partner: string | null;
  readonly country: string | null;
  readonly device: string | null;
  readonly os: string | null;
  readonly browser: string | null;
}

/** What the customer did, and which touches it is owed to. */
export interface JourneyStep {
  readonly type: 'conversion';
  readonly at: string;
  readonly conversionId: string;
  readonly event: string;
  readonly transactionId: string;
  readonly status: string;
  /** The click it is attributed to, which is paid for; credit is a view beside that. */
  readonly clickId: string | null;
  readonly campaign: string | null;
  readonly offer: string | null;
  readonly partner: string | null;
  readonly revenue: MoneyJson | null;
  readonly payout: MoneyJson | null;
  /** By time; sums to revenue and payout under every model. Empty when nothing counts: rejected, refunded, no touch. */
  readonly credit: readonly JourneyCredit[];
}

/** A customer's way through touches and conversions, oldest first. */
export interface Journey {
  readonly customerId: string;
  readonly advertiser: string;
  readonly halfLifeDays: number;
  readonly lookbackDays: number;
  readonly items: readonly (JourneyTouch | JourneyStep)[];
  /** Cursor of the next page; null on the last. */
  readonly next: string | null;
}
