import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { idLowerBound } from '@tallyback/protocol';
import type { Subscription } from 'rxjs';
import { CatalogService } from '../../catalog/catalog.service.js';
import { TrackerEvents } from '../../events/tracker-events.js';
import { Clock } from '../../storage/clock.js';
import { saidBy } from '../../storage/said-by.js';
import { TrackerStorage } from '../../storage/tracker-storage.js';
import { ExchangeRates } from '../pricing/exchange-rates.js';
import { noRates, ratesFor } from '../pricing/rate-lookup.js';
import { Recorder } from '../recorder.js';
import { AttributionJob, type AttributionResult, intakeOf } from './attribution-job.js';
import { Claims } from './claims.js';
import { findCandidates, readUnattributed } from './unattributed.js';

/** For what other processes and restored clicks brought, which nothing told this one of. */
const SWEEP_INTERVAL_MS = 300_000;
/** Older conversions stay unattributed: what they earned has long been settled. */
const MAX_AGE_MS = 90 * 86_400_000;
/** How long other processes may have recorded by a catalog without the newest coupons; generously. */
const CATALOG_LAG_MS = 120_000;

/**
 * Attributes conversions that were stored without a click as soon as their click or coupon appears: when a click is
 * committed that one of them names, when the catalog changes, at boot, and every five minutes.
 */
@Injectable()
export class AttributionHealer implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(AttributionHealer.name);
  private readonly claims = new Claims();
  private readonly subscriptions: Subscription[] = [];
  private readonly queued = new Set<string>();
  private sweepWanted = false;
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private catalogVersion: string | undefined;
  /** Conversions before this moment have been held against the coupons of this catalog. */
  private couponsSeenUntil = 0;
  private stopped = false;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly events: TrackerEvents,
    private readonly catalog: CatalogService,
    private readonly recorder: Recorder,
    private readonly rates: ExchangeRates,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.subscriptions.push(
      this.events.clicks$.subscribe(({ id }) => this.attribute(this.claims.of(id))),
      this.events.conversions$.subscribe(({ outcome, conversion }) => {
        if (outcome !== 'unattributed' || conversion.claimedClickId === null) return;
        this.claims.add(conversion.claimedClickId, conversion.id);
        // Its click may have been committed while it was decided on, and told of before anybody waited for it.
        this.attribute([conversion.id]);
      }),
      this.catalog.read$.subscribe(({ version }) => {
        const changed = this.catalogVersion !== undefined && this.catalogVersion !== version;
        this.catalogVersion = version;
        if (!changed) return;
        this.couponsSeenUntil = 0;
        this.sweep();
      }),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    this.catalogVersion ??= (await this.catalog.snapshot()).version;
    this.sweep();
    this.timer = setInterval(() => this.sweep(), SWEEP_INTERVAL_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await this.settled();
  }

  /** Looks through everything that is unattributed, in the background; see `settled`. */
  sweep(): void {
    this.sweepWanted = true;
    this.start();
  }

  /** Resolves when nothing is left that was known to be looked at. */
  async settled(): Promise<void> {
    while (this.running) await this.running;
  }

  private attribute(ids: readonly string[]): void {
    if (ids.length === 0) return;
    for (const id of ids) this.queued.add(id);
    this.start();
  }

  private start(): void {
    if (this.stopped) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  private async run(): Promise<void> {
    // What belongs to requests that are being answered goes first.
    await new Promise(setImmediate);
    while (!this.stopped && (this.queued.size > 0 || this.sweepWanted)) {
      try {
        if (this.queued.size > 0) await this.attributeQueued();
        else await this.sweepAll();
      } catch (error) {
        this.couponsSeenUntil = 0;
        this.logger.warn(
          `Conversions without a click could not be looked through: ${saidBy(error)}. They will be again.`,
        );
        return;
      }
    }
  }

  private async attributeQueued(): Promise<void> {
    const ids = [...this.queued].slice(0, 500);
    for (const id of ids) this.queued.delete(id);
    await this.attributeSome(ids);
  }

  private async sweepAll(): Promise<void> {
    this.sweepWanted = false;
    const now = this.clock.now();
    const couponsAfter = idLowerBound(this.couponsSeenUntil);
    this.couponsSeenUntil = now - CATALOG_LAG_MS;
    let after: string | undefined = idLowerBound(now - MAX_AGE_MS);
    while (after !== undefined && !this.stopped) {
      after = await this.sweepPage(after, couponsAfter);
      // SQLite answers without letting go of the event loop; requests go in between.
      await new Promise(setImmediate);
    }
  }

  /**
   * Shops send codes of their own with every order, so those with a coupon alone are looked at from another id on: codes
   * appear when the catalog changes.
   *
   * @returns the id of the last conversion that was looked at; undefined when there was none
   */
  private async sweepPage(after: string, couponsAfter: string): Promise<string | undefined> {
    const page = await readUnattributed(this.storage, after);
    for (const { id, claimedClickId, clickFound } of page) {
      if (claimedClickId !== null && !clickFound) this.claims.add(claimedClickId, id);
    }
    const wanted = page.filter(({ id, clickFound, hasCoupon }) => clickFound || (hasCoupon && id > couponsAfter));
    if (wanted.length > 0) await this.attributeSome(wanted.map(({ id }) => id));
    return page[page.length - 1]?.id;
  }

  private async attributeSome(ids: readonly string[]): Promise<void> {
    const candidates = await findCandidates(this.storage, ids);
    const catalog = await this.catalog.snapshot();
    const jobs: AttributionJob[] = [];
    for (const { conversion, clickFound } of candidates) {
      const { advertiserId, couponCode } = conversion;
      const advertiser = catalog.advertisersById.get(advertiserId);
      const couponFound = couponCode !== null && catalog.couponOf(advertiserId, couponCode) !== undefined;
      if (!advertiser || !(clickFound || couponFound)) continue;
      const now = this.clock.now();
      const rates = (await ratesFor(intakeOf(conversion, advertiser), catalog, this.rates, now)) ?? noRates;
      jobs.push(new AttributionJob(advertiser, conversion, { catalog, rates }, now));
    }
    if (jobs.length > 0) this.check(await this.recorder.submitAll(jobs));
  }

  private check(results: readonly PromiseSettledResult<AttributionResult>[]): void {
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
      const { value } = result;
      if (!value.attributed && value.again) this.couponsSeenUntil = 0;
    }
  }
}
