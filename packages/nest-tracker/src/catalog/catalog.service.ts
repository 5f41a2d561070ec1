import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type Observable, Subject } from 'rxjs';
import type { EntityManager } from 'typeorm';
import { BackgroundRefresh } from '../storage/background-refresh.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { Webhook } from '../webhooks/webhook.entity.js';
import { activeSecrets } from './active-secrets.js';
import { Advertiser } from './advertiser.entity.js';
import { AdvertiserSecret } from './advertiser-secret.entity.js';
import { Campaign } from './campaign.entity.js';
import { applySeed } from './catalog-seeder.js';
import { CatalogSnapshot } from './catalog-snapshot.js';
import { Offer } from './offer.entity.js';
import { Partner } from './partner.entity.js';

/** After this long the next reader starts a refresh, in milliseconds. */
const FRESH_MS = 5_000;
/** After this long readers wait for it: the longest that another process's change may go unseen. */
const MAX_AGE_MS = 30_000;
const DEFAULT_TOLERANCE_SECONDS = 300;

/** Advertisers, offers, partners and campaigns. */
@Injectable()
export class CatalogService implements OnModuleInit {
  private readonly logger = new Logger(CatalogService.name);
  private readonly ahead = new BackgroundRefresh((error) =>
    this.logger.warn(`The catalog could not be refreshed: ${error.message}`),
  );
  private current: { readonly snapshot: CatalogSnapshot; readonly loadedAt: number } | undefined;
  private loading: Promise<CatalogSnapshot> | undefined;
  private readonly snapshots = new Subject<CatalogSnapshot>();

  /** Every snapshot as it is read, whoever changed the catalog. */
  readonly read$: Observable<CatalogSnapshot> = this.snapshots.asObservable();

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  /** What postbacks to partners are checked by when they are saved. */
  get postbackOptions(): TrackerOptions['partnerPostbacks'] {
    return this.options.partnerPostbacks;
  }

  async onModuleInit(): Promise<void> {
    if (this.options.seed !== undefined) await this.apply(this.options.seed);
  }

  /**
   * The catalog as it was a few seconds ago, at most half a minute. While a fresh one is loaded the old one keeps
   * serving, so that clicks do not wait for it.
   */
  async snapshot(): Promise<CatalogSnapshot> {
    if (!this.current) return this.load();
    // Either way: a clock that was set back must not keep an old catalog for as long.
    const age = Math.abs(this.clock.now() - this.current.loadedAt);
    if (age > MAX_AGE_MS) return this.load();
    if (age > FRESH_MS) this.ahead.begin(() => this.load());
    return this.current.snapshot;
  }

  /**
   * The same for whoever has a transaction open. Every connection of the pool may be held by one that waits here, so it
   * does not wait for another: what is too old is read in the transaction, and not kept, since it may be rolled back.
   */
  async snapshotFor(manager: EntityManager): Promise<CatalogSnapshot> {
    if (this.current && Math.abs(this.clock.now() - this.current.loadedAt) <= MAX_AGE_MS) return this.snapshot();
    this.ahead.begin(() => this.load());
    return this.read(manager, this.clock.now());
  }

  /**
   * Applies a catalog by key; what it does not name is left alone.
   *
   * @throws CatalogError with the path of every fault; then nothing was stored.
   */
  async apply(seed: unknown): Promise<void> {
    await applySeed(this.storage, seed, this.clock.now, this.options.partnerPostbacks);
    await this.refresh();
  }

  /** Reads the catalog again now: to be called after a change of it. Other processes see it within half a minute. */
  async refresh(): Promise<void> {
    // What is being read may be from before the change.
    await this.loading?.catch(() => undefined);
    await this.load();
  }

  private load(): Promise<CatalogSnapshot> {
    this.loading ??= this.loadNow().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  private async loadNow(): Promise<CatalogSnapshot> {
    const loadedAt = this.clock.now();
    const snapshot = await this.read(this.storage.manager, loadedAt);
    this.current = { snapshot, loadedAt };
    this.snapshots.next(snapshot);
    return snapshot;
  }

  private async read(manager: EntityManager, at: number): Promise<CatalogSnapshot> {
    return new CatalogSnapshot(
      {
        advertisers: await manager.find(Advertiser),
        secrets: await manager.find(AdvertiserSecret, { where: activeSecrets(at) }),
        offers: await manager.find(Offer),
        partners: await manager.find(Partner),
        campaigns: await manager.find(Campaign),
        webhooks: await manager.find(Webhook),
      },
      this.options.signatureToleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS,
    );
  }
}
