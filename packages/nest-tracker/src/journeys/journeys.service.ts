import { BadRequestException, Injectable, NotFoundException, type OnModuleInit } from '@nestjs/common';
import { formatAmount, toMoneyJson } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { CREDIT_MODELS } from './credit-models.js';
import type { Journey, JourneyCredit, JourneyRequest, JourneyStep, JourneyTouch } from './journey.js';
import { type CreditTerms, creditOf, type TouchCredit } from './journey-credit.js';
import { type CustomerRows, customerReader, type JourneyConversion, type TouchRow } from './journey-rows.js';

const DAY_MS = 86_400_000;
const DEFAULT_LIMIT = 100;
/** Place of an item in time: a touch before the conversion of the same moment. */
const CURSOR = /^\d{15}[cv][0-9a-hjkmnp-tv-z]{26}$/;
/** What counts in reports counts here. */
const COUNTED: ReadonlySet<string> = new Set(['approved', 'pending']);

/** Customers' ways: every touch, every conversion, and which touch is owed how much of it. */
@Injectable()
export class JourneysService implements OnModuleInit {
  private read: ReturnType<typeof customerReader>;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
  ) {}

  onModuleInit(): void {
    this.read = customerReader(this.storage);
  }

  /**
   * The journey of a customer, oldest first.
   *
   * @throws NotFoundException when nothing is known of the customer.
   * @throws BadRequestException when several advertisers know one by this id, or the cursor is none.
   * @throws UnprocessableEntityException for an id that many people share.
   */
  async journey(request: JourneyRequest): Promise<Journey> {
    const { customerId, halfLifeDays = 7, lookbackDays = 90, limit = DEFAULT_LIMIT, cursor } = request;
    if (cursor !== undefined && !CURSOR.test(cursor)) {
      throw new BadRequestException('"cursor" must be the value of "next" from the page before.');
    }
    const catalog = await this.catalog.snapshot();
    const advertisers = advertisersOf(request.advertiser, catalog);
    const rows = await this.read(advertisers.map((advertiserId) => ({ advertiserId, customerId })));
    const advertiser = whose(rows, catalog);
    const terms = { lookbackMs: lookbackDays * DAY_MS, halfLifeMs: halfLifeDays * DAY_MS };
    const { items, next } = page(timelineOf(rows, terms, catalog), limit, cursor);
    return { customerId, advertiser, halfLifeDays, lookbackDays, items: items.map((build) => build()), next };
  }
}

function advertisersOf(key: string | undefined, catalog: CatalogSnapshot): string[] {
  if (key === undefined) return [...catalog.advertisersByKey.values()].map(({ row }) => row.id);
  const advertiser = catalog.advertisersByKey.get(key);
  if (!advertiser) throw new NotFoundException('There is no advertiser with this key.');
  return [advertiser.row.id];
}

/** Two advertisers may call different people by the same id. */
function whose({ touches, conversions }: CustomerRows, catalog: CatalogSnapshot): string {
  const ids = new Set([...touches, ...conversions].map(({ advertiserId }) => advertiserId));
  const keys = [...ids].flatMap((id) => catalog.advertisersById.get(id)?.row.key ?? []).sort();
  const [key] = keys;
  if (key === undefined) throw new NotFoundException('Nothing is known of a customer with this id.');
  if (keys.length === 1) return key;
  throw new BadRequestException(
    `Several advertisers have a customer with this id: say which by "advertiser" (${keys}).`,
  );
}

interface Dated {
  /** Sorts by time. */
  readonly place: string;
  readonly build: () => JourneyTouch | JourneyStep;
}

function timelineOf({ touches, conversions }: CustomerRows, terms: CreditTerms, catalog: CatalogSnapshot): Dated[] {
  const ordered = [...touches].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  return [
    ...ordered.map((touch) => ({ place: place(touch.at, 'c', touch.id), build: () => touchItem(touch, catalog) })),
    ...conversions.map((conversion) => ({
      place: place(conversion.occurredAt, 'v', conversion.id),
      build: () => stepItem(conversion, ordered, terms, catalog),
    })),
  ].sort((a, b) => (a.place < b.place ? -1 : 1));
}

function place(at: number, kind: 'c' | 'v', id: string): string {
  return `${String(Math.max(0, at)).padStart(15, '0')}${kind}${id}`;
}

function page(timeline: readonly Dated[], limit: number, cursor: string | undefined) {
  const rest = cursor === undefined ? timeline : timeline.filter((item) => item.place > cursor);
  const items = rest.slice(0, limit);
  const next = rest.length > limit ? (items[items.length - 1]?.place ?? null) : null;
  return { items: items.map(({ build }) => build), next };
}

function touchItem(touch: TouchRow, catalog: CatalogSnapshot): JourneyTouch {
  const { id, at, channel, country, device, os, browser } = touch;
  const { campaign, offer, partner } = catalog.keysOf(touch);
  const keys = { campaign, offer, partner };
  return { type: 'touch', at: new Date(at).toISOString(), clickId: id, channel, ...keys, country, device, os, browser };
}

function stepItem(
  conversion: JourneyConversion,
  touches: readonly TouchRow[],
  terms: CreditTerms,
  catalog: CatalogSnapshot,
): JourneyStep {
  const { id, event, transactionId, status, clickId, currency, occurredAt } = conversion;
  const { campaign, offer, partner } = catalog.keysOf(conversion);
  const money = (minor: bigint) => (currency === null ? null : toMoneyJson({ minor, currency }));
  const credit = COUNTED.has(status) && currency !== null ? creditOf(conversion, touches, terms) : [];
  return {
    type: 'conversion',
    at: new Date(occurredAt).toISOString(),
    conversionId: id,
    event,
    transactionId,
    status,
    clickId,
    campaign,
    offer,
    partner,
    revenue: money(conversion.revenue),
    payout: money(conversion.payout),
    credit: credit.map((part) => creditItem(part, currency ?? '', catalog)),
  };
}

function creditItem(
  { touch, shares }: TouchCredit<TouchRow>,
  currency: string,
  catalog: CatalogSnapshot,
): JourneyCredit {
  const amounts = CREDIT_MODELS.map((model) => {
    const { revenue, payout } = shares[model];
    return [model, { revenue: formatAmount(revenue, currency), payout: formatAmount(payout, currency) }] as const;
  });
  const models = Object.fromEntries(amounts) as Pick<JourneyCredit, (typeof CREDIT_MODELS)[number]>;
  return { clickId: touch.id, channel: touch.channel, campaign: catalog.keysOf(touch).campaign, ...models };
}
