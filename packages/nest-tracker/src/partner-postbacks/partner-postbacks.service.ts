import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DeliveryEngine, type Settled } from '@tallyback/sdk-node/outbox';
import type { Subscription } from 'rxjs';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { Clock } from '../storage/clock.js';
import { saidBy } from '../storage/said-by.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { isWebhookName, webhookName } from '../webhooks/webhook.js';
import { webhookDestination } from '../webhooks/webhook-destination.js';
import { partnerDestination } from './partner-destination.js';
import { PostbackOutbox } from './postback-outbox.js';
import { PostbackPauses } from './postback-pauses.service.js';
import { PostbackPlanner } from './postback-planner.js';
import { PostbackResults } from './postback-results.js';

/** How long a shutdown waits for what is on its way; the rest is delivered by the next start, or by another process. */
const SHUTDOWN_MS = 2_000;

/**
 * Delivers what partners and webhooks are to be told, with the engine of sdk-node: leases with fencing over any number of processes,
 * the retry schedule, one breaker per host, order per conversion.
 */
@Injectable()
export class PartnerPostbacks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PartnerPostbacks.name);
  private readonly engine: DeliveryEngine;
  private readonly subscriptions: Subscription[] = [];
  /** Definitions by which destinations were made. */
  private readonly made = new Map<string, string>();
  private aligning: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly catalog: CatalogService,
    private readonly planner: PostbackPlanner,
    private readonly pauses: PostbackPauses,
    private readonly results: PostbackResults,
    private readonly events: TrackerEvents,
    { outbox }: PostbackOutbox,
    clock: Clock,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {
    const { retrySchedule, attemptTimeoutMs, leaseMs } = options.partnerPostbacks ?? {};
    this.engine = new DeliveryEngine({
      queue: outbox.queue,
      onSettled: (settled) => this.settled(settled),
      logger: {
        debug: (message) => this.logger.debug(message),
        info: (message) => this.logger.log(message),
        warn: (message) => this.logger.warn(message),
        error: (message) => this.logger.error(message),
      },
      now: () => clock.now(),
      ...(retrySchedule && { retrySchedule }),
      ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
      ...(leaseMs !== undefined && { leaseMs }),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.realign();
    this.subscriptions.push(
      this.catalog.read$.subscribe((catalog) => this.align(catalog)),
      this.planner.stored$.subscribe((names) => this.engine.wake(names)),
      this.pauses.changed$.subscribe(() => void this.realign().catch((error: unknown) => this.complain(error))),
    );
    // What was committed between the first look and the subscription.
    this.engine.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await this.aligning;
    await this.engine.stop(SHUTDOWN_MS);
    await this.results.written();
  }

  /** Something may be due. */
  wakeAll(): void {
    this.engine.wake();
  }

  /** From when this resolves, this process sends by the catalog and the pauses that there were when it was called. */
  async realign(): Promise<void> {
    this.align(await this.catalog.snapshot());
    await this.aligning;
  }

  /** Has destinations for the postbacks of a catalog that are not paused, and no others. */
  private align(catalog: CatalogSnapshot): void {
    this.aligning = this.aligning
      .then(() => (this.stopped ? undefined : this.alignNow(catalog)))
      .catch((error: unknown) => this.complain(error));
  }

  private async alignNow(catalog: CatalogSnapshot): Promise<void> {
    const paused = await this.pauses.names();
    const wanted = [...this.planner.bookOf(catalog).byName.values()].filter(({ name }) => !paused.has(name));
    const definitions = new Map(wanted.map(({ name, compiled }) => [name, JSON.stringify(compiled.definition)]));
    for (const webhook of catalog.webhooks) definitions.set(webhookName(webhook), `${webhook.secret} ${webhook.url}`);
    for (const [name, made] of this.made) {
      if (definitions.get(name) === made) continue;
      this.made.delete(name);
      await this.engine.remove(name);
    }
    for (const { name, compiled } of wanted) {
      if (this.made.has(name)) continue;
      this.made.set(name, definitions.get(name) as string);
      this.engine.add(name, partnerDestination(compiled.definition, this.options.partnerPostbacks), compiled.place);
    }
    for (const webhook of catalog.webhooks) {
      const name = webhookName(webhook);
      if (this.made.has(name)) continue;
      this.made.set(name, definitions.get(name) as string);
      const destination = webhookDestination(webhook, this.options.partnerPostbacks);
      this.engine.add(name, destination, new URL(webhook.url).host);
    }
  }

  private settled(settled: Settled): void {
    const isPartners = !isWebhookName(settled.destination);
    if (isPartners) this.events.emitPartnerPostback(settled);
    if (settled.outcome === 'retry') return;
    this.results.add(settled);
    if (settled.outcome !== 'dead' || !isPartners) return;
    const looked = this.results.written().then(() => this.pauseIfFailing(settled.destination));
    looked.catch((error: unknown) => this.complain(error));
  }

  private async pauseIfFailing(name: string): Promise<void> {
    const one = this.planner.bookOf(await this.catalog.snapshot()).byName.get(name);
    if (one) await this.pauses.pauseIfFailing(one);
  }

  private complain(error: unknown): void {
    this.logger.warn(`Partner postbacks could not be looked through: ${saidBy(error)}. They will be again.`);
  }
}
