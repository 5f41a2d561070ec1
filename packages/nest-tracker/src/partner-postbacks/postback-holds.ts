import { Injectable } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { webhookName } from '../webhooks/webhook.js';
import { PostbackPauses } from './postback-pauses.service.js';
import { PostbackPlanner } from './postback-planner.js';

/** Why nothing is sent to a destination for the time being; undefined when it is. */
export type HoldOf = (destination: string) => string | undefined;

const PAUSED = 'Its postback is paused: it goes out when that is resumed.';
const GONE = 'There is no postback of its key any more: it goes out when there is one again.';

/** What waits because nobody is to deliver it, and not because it is late. */
@Injectable()
export class PostbackHolds {
  constructor(
    private readonly catalog: CatalogService,
    private readonly planner: PostbackPlanner,
    private readonly pauses: PostbackPauses,
  ) {}

  /**
   * Asks the database every time.
   *
   * @throws the database's error.
   */
  async look(): Promise<HoldOf> {
    const catalog = await this.catalog.snapshot();
    const paused = await this.pauses.names();
    const { byName } = this.planner.bookOf(catalog);
    const webhooks = new Set(catalog.webhooks.map(webhookName));
    return (name) => {
      if (webhooks.has(name)) return undefined;
      if (!byName.has(name)) return GONE;
      return paused.has(name) ? PAUSED : undefined;
    };
  }
}
