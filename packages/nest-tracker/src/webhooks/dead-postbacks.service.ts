import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Settled } from '@tallyback/sdk-node/outbox';
import type { Subscription } from 'rxjs';
import { CatalogService } from '../catalog/catalog.service.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { OutboundPostback } from '../partner-postbacks/outbound-postback.entity.js';
import { PostbackPlanner } from '../partner-postbacks/postback-planner.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { deadPostbackWebhooks } from './plan-webhooks.js';

/** Tells webhooks of partner postbacks that were given up. */
@Injectable()
export class DeadPostbacks implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DeadPostbacks.name);
  private subscription: Subscription | undefined;
  private telling: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly planner: PostbackPlanner,
    private readonly events: TrackerEvents,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.subscription = this.events.partnerPostbacks$.subscribe((settled) => {
      if (settled.outcome !== 'dead') return;
      const told = this.tell(settled).catch((error: Error) =>
        this.logger.warn(`Webhooks were not told that postback ${settled.id} was given up: ${error.message}`),
      );
      this.telling = Promise.all([this.telling, told]);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.subscription?.unsubscribe();
    await this.telling;
  }

  private async tell({ id, attempt, status, answer }: Settled): Promise<void> {
    const catalog = await this.catalog.snapshot();
    if (!catalog.webhooks.some(({ events }) => events.includes('postback.dead'))) return;
    const row = await this.storage.manager.findOneBy(OutboundPostback, { id });
    if (!row) return;
    const { conversionId, event, method, url, postback } = row;
    const data = {
      id,
      partner: catalog.keyOf('partner', row.partnerId),
      campaign: catalog.keyOf('campaign', row.campaignId),
      postback: postback.slice(postback.lastIndexOf('.') + 1),
      conversionId,
      event,
      status: row.status,
      method,
      url,
      attempts: attempt,
      answerStatus: status ?? null,
      answer: answer ?? null,
    };
    const about = { id: conversionId, campaignId: row.campaignId, status: row.status };
    const planned = deadPostbackWebhooks(catalog, data, about, this.clock.now());
    await this.storage.transaction((manager) => this.planner.writeWith(manager, planned));
    this.planner.committed(planned);
  }
}
