import { Injectable, Logger, NotFoundException } from '@nestjs/common';
import { formatAmount } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogCampaign, CatalogOffer } from '../catalog/catalog-snapshot.js';
import type { WeightedOffer } from '../clicks/choose-offer.js';
import { DAY_MS } from '../rollups/cubes.js';
import { Rollup } from '../rollups/rollup.entity.js';
import { BackgroundRefresh } from '../storage/background-refresh.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { reading } from '../storage/transaction-work.js';
import { LEARNING_DEFAULTS, type Learning, learnedShares, type OfferFigures } from './learned-shares.js';

/** How long shares are used before they are worked out again. */
const FRESH_MS = 30_000;
/** After so many half-lives next to nothing is left of a day. */
const HALF_LIVES = 8;

/** How a campaign's visitors are shared out, and why. */
export interface RotationStory {
  readonly campaign: string;
  readonly rotation: 'weighted' | 'thompson';
  /** Only where the rotation learns. */
  readonly learning?: Required<Learning>;
  readonly offers: readonly RotationOffer[];
}

/** One offer's share. */
export interface RotationOffer {
  readonly offer: string;
  /** Of the visitors, while all offers of the campaign take some. */
  readonly share: number;
  /** What the share was learned from: older days count less. */
  readonly clicks?: number;
  readonly conversions?: number;
  /** Conversions per click. */
  readonly rate?: number | null;
  /** Decimal amount, and its currency. */
  readonly revenue?: string;
  readonly currency?: string;
}

interface Learned {
  readonly at: number;
  readonly terms: Required<Learning>;
  readonly figures: ReadonlyMap<string, OfferFigures>;
  /** By the offer's id, for each set of offers that was asked for. */
  readonly shares: Map<string, ReadonlyMap<string, number>>;
}

/** Shares a campaign's visitors out over its offers where the campaign learns from what they brought. */
@Injectable()
export class Rotation {
  private readonly logger = new Logger(Rotation.name);
  /** By the campaign's id. */
  private readonly learned = new Map<string, Learned>();
  private readonly running = new Map<string, Promise<Learned>>();
  private readonly ahead = new Map<string, BackgroundRefresh>();

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
  ) {}

  /**
   * The offers with their learned shares. Answers at once from what was learned last, for at most half a minute, and has it
   * learned again in the background; before anything is known, everybody gets the same share.
   */
  weigh(campaign: CatalogCampaign, open: readonly WeightedOffer[]): readonly WeightedOffer[] {
    if (campaign.row.rotation !== 'thompson' || open.length < 2) return open;
    const known = this.learned.get(campaign.row.id);
    if (!known || !this.isFresh(known)) this.aheadOf(campaign).begin(() => this.learn(campaign));
    const shares =
      known &&
      sharesAmong(
        open.map(({ offer }) => offer.row.id),
        known,
      );
    return open.map(({ offer }) => ({ offer, weight: shares?.get(offer.row.id) ?? 1 / open.length }));
  }

  /** Each offer's share of a campaign's visitors, by the offer's key; learned ones are at most half a minute old. */
  async shares(campaign: CatalogCampaign): Promise<ReadonlyMap<string, number>> {
    if (campaign.row.rotation !== 'thompson') return weightShares(campaign);
    const known = this.learned.get(campaign.row.id);
    const shares = sharesOfAll(campaign, known && this.isFresh(known) ? known : await this.learn(campaign));
    return new Map(takingPart(campaign).map(({ row }) => [row.key, rounded(shares.get(row.id) ?? 0)]));
  }

  /** How a campaign's visitors are shared out now, and what that was learned from. @throws NotFoundException */
  async story(key: string): Promise<RotationStory> {
    const campaign = (await this.catalog.snapshot()).campaignsByKey.get(key);
    if (!campaign) throw new NotFoundException('There is no campaign with this key.');
    const { rotation } = campaign.row;
    if (rotation !== 'thompson') {
      const offers = [...weightShares(campaign)].map(([offer, share]) => ({ offer, share }));
      return { campaign: key, rotation, offers };
    }
    const learned = await this.learn(campaign);
    const { figures } = learned;
    const shares = sharesOfAll(campaign, learned);
    const offers = takingPart(campaign).map(({ row }) => {
      const { clicks = 0, conversions = 0, revenue = 0 } = figures.get(row.id) ?? {};
      return {
        offer: row.key,
        share: rounded(shares.get(row.id) ?? 0),
        clicks: rounded(clicks),
        conversions: rounded(conversions),
        rate: clicks > 0 ? rounded(conversions / clicks) : null,
        revenue: formatAmount(BigInt(Math.round(revenue)), row.currency),
        currency: row.currency,
      };
    });
    return { campaign: key, rotation, learning: termsOf(campaign), offers };
  }

  /** Either way: a clock that was set back must not keep old shares for as long. */
  private isFresh({ at }: Learned): boolean {
    return Math.abs(this.clock.now() - at) < FRESH_MS;
  }

  private aheadOf({ row: { id, key } }: CatalogCampaign): BackgroundRefresh {
    let ahead = this.ahead.get(id);
    if (!ahead) {
      ahead = new BackgroundRefresh(({ name, message }) =>
        this.logger.warn(`The shares of campaign "${key}" stay as they are: ${name}: ${message}`),
      );
      this.ahead.set(id, ahead);
    }
    return ahead;
  }

  /** Several visitors at the same time wait for one reading. */
  private learn(campaign: CatalogCampaign): Promise<Learned> {
    const { id } = campaign.row;
    let running = this.running.get(id);
    if (!running) {
      running = this.read(campaign).finally(() => this.running.delete(id));
      this.running.set(id, running);
    }
    return running;
  }

  private async read(campaign: CatalogCampaign): Promise<Learned> {
    const terms = termsOf(campaign);
    const at = this.clock.now();
    const figures = await this.figures(campaign, terms, at);
    const learned = { at, terms, figures, shares: new Map() };
    this.learned.set(campaign.row.id, learned);
    return learned;
  }

  /** Clicks and what they brought, by the day of the click, so that both grow old together. */
  private async figures({ row }: CatalogCampaign, { halfLifeDays }: Required<Learning>, now: number) {
    const { table } = this.storage.rowsOf(Rollup, ['bucket']);
    const bound = (i: number) => (this.storage.dialect === 'postgres' ? `$${i}` : '?');
    const sumOf = (expression: string) => `CAST(SUM(${expression}) AS VARCHAR(40))`;
    const query = reading(
      `SELECT r.offer_id AS offer, r.bucket AS bucket, ${sumOf('r.clicks')} AS clicks,
        ${sumOf('r.approved + r.pending')} AS conversions, ${sumOf('r.revenue')} AS revenue FROM ${table} r
      WHERE r.grain = 'day' AND r.basis IN ('visit', 'clicked') AND r.bucket >= ${bound(1)} AND r.campaign_id = ${bound(2)}
      GROUP BY r.offer_id, r.bucket`,
      [Math.floor(now - HALF_LIVES * halfLifeDays * DAY_MS), row.id],
    );
    const figures = new Map<string, OfferFigures>();
    for (const day of await this.storage.read(query)) {
      const age = Math.max(0, now - Number(day.bucket) - DAY_MS / 2) / DAY_MS;
      const left = 0.5 ** (age / halfLifeDays);
      const { clicks, conversions, revenue } = figures.get(String(day.offer)) ?? NOTHING;
      figures.set(String(day.offer), {
        clicks: clicks + left * Number(day.clicks),
        conversions: conversions + left * Number(day.conversions),
        revenue: revenue + left * Number(day.revenue),
      });
    }
    return figures;
  }
}

const NOTHING: OfferFigures = { clicks: 0, conversions: 0, revenue: 0 };

function sharesOfAll(campaign: CatalogCampaign, learned: Learned): ReadonlyMap<string, number> {
  return sharesAmong(
    takingPart(campaign).map(({ row }) => row.id),
    learned,
  );
}

/**
 * The shares of these offers alone. While the best one takes nobody, what the others get beside it says next to nothing
 * about which of them is the best.
 */
function sharesAmong(offers: readonly string[], { figures, terms, shares }: Learned): ReadonlyMap<string, number> {
  const name = offers.join();
  let known = shares.get(name);
  if (!known) {
    const parts = learnedShares(
      offers.map((offer) => figures.get(offer) ?? NOTHING),
      terms,
      Math.random,
    );
    known = new Map(offers.map((offer, i) => [offer, parts[i] as number]));
    shares.set(name, known);
  }
  return known;
}

/** The offers of a campaign that take visitors at all. */
function takingPart({ offers }: CatalogCampaign): CatalogOffer[] {
  return offers.filter(({ weight }) => weight > 0).map(({ offer }) => offer);
}

function weightShares({ offers }: CatalogCampaign): Map<string, number> {
  const taking = offers.filter(({ weight }) => weight > 0);
  const total = taking.reduce((sum, { weight }) => sum + weight, 0);
  return new Map(taking.map(({ offer, weight }) => [offer.row.key, rounded(weight / total)]));
}

/** Amounts in several currencies cannot be held against each other; their conversions can. */
function termsOf({ row, offers }: CatalogCampaign): Required<Learning> {
  const terms = { ...LEARNING_DEFAULTS, ...row.learning };
  const currencies = new Set(offers.map(({ offer }) => offer.row.currency));
  return currencies.size > 1 ? { ...terms, goal: 'conversions' } : terms;
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
