import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Subscription } from 'rxjs';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { PostbackOutbox } from '../partner-postbacks/postback-outbox.js';
import { PostbackPlanner } from '../partner-postbacks/postback-planner.js';
import { saidBy } from '../storage/said-by.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { dropWaiting } from './drop-waiting.js';
import { Webhook } from './webhook.entity.js';
import { isWebhookName, webhookName } from './webhook.js';

/**
 * Drops what this process has written for webhooks that another one had removed by then: catalogs are up to half a minute
 * old, and what nobody delivers would be waiting for ever.
 */
@Injectable()
export class RemovedWebhooks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RemovedWebhooks.name);
  private readonly subscriptions = new Subscription();
  private known: ReadonlySet<string> = new Set();
  private dropping: Promise<void> = Promise.resolve();

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly planner: PostbackPlanner,
    private readonly outbox: PostbackOutbox,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.known = namesOf(await this.catalog.snapshot());
    this.subscriptions.add(this.catalog.read$.subscribe((catalog) => this.follow(namesOf(catalog))));
    // A change may have been planned by the catalog before, and be stored after it was read again.
    this.subscriptions.add(
      this.planner.stored$.subscribe((names) => {
        if ([...names].some((name) => isWebhookName(name) && !this.known.has(name))) this.drop();
      }),
    );
    // What a process has written that was killed before it saw that the webhook is gone.
    this.drop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.subscriptions.unsubscribe();
    await this.dropping;
  }

  private follow(names: ReadonlySet<string>): void {
    const isGone = [...this.known].some((name) => !names.has(name));
    this.known = names;
    if (isGone) this.drop();
  }

  private drop(): void {
    this.dropping = this.dropping
      .then(() => this.dropNow())
      .catch((error: unknown) =>
        this.logger.warn(`What waits for removed webhooks could not be looked through: ${saidBy(error)}`),
      );
  }

  /** By what the database holds, which knows of a webhook before anything is written for it. */
  private async dropNow(): Promise<void> {
    const { table } = this.outbox.outbox;
    const webhooks = this.storage.rowsOf(Webhook, []).table;
    const text = `SELECT DISTINCT destination FROM ${table} WHERE destination LIKE '${webhookName({ id: '%' })}'
      AND destination NOT IN (SELECT '${webhookName({ id: '' })}' || id FROM ${webhooks})`;
    const found = await this.storage.dataSource.query<{ destination: string }[]>(text);
    for (const { destination } of found) {
      await this.storage.transaction((manager) => dropWaiting(manager, table, destination));
    }
  }
}

function namesOf({ webhooks }: CatalogSnapshot): ReadonlySet<string> {
  return new Set(webhooks.map(webhookName));
}
