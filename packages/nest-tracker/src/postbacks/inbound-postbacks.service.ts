import { Injectable, type OnModuleInit } from '@nestjs/common';
import { idTime } from '@tallyback/protocol';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { idsOf } from '../http/period.js';
import { Clock } from '../storage/clock.js';
import { NewestRows } from '../storage/newest-rows.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { InboundPostback } from './inbound-postback.entity.js';
import { type InboundSearch, readInboundSearch } from './inbound-search.js';

/** One inbound request as the log shows it. */
export type InboundPostbackItem = Omit<InboundPostback, 'receivedAt' | 'signature' | 'steps'> & {
  /** When the request arrived; of a replay, when the request that it replays did. */
  readonly receivedAt: string;
  /** When the row was made; a replay has a later one than `receivedAt`. */
  readonly loggedAt: string;
  /** Names of the steps on its way, in order; the last one ended it. */
  readonly steps: readonly string[];
};

/** Searches the inbound log. */
@Injectable()
export class InboundPostbacksService implements OnModuleInit {
  private requests: NewestRows<InboundPostback>;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.requests = new NewestRows(this.storage, InboundPostback);
  }

  /**
   * Requests that match every filter, newest first.
   *
   * @throws BadRequestException naming a filter that has no sense.
   */
  async list(filters: URLSearchParams, { limit, after }: PageRequest): Promise<Page<InboundPostbackItem>> {
    const search = readInboundSearch(filters, this.clock.now());
    return pageOf(await this.newest(search, after, limit + 1), limit, itemOf);
  }

  private async newest(
    { where, period, isLed }: InboundSearch,
    after: string | undefined,
    take: number,
  ): Promise<InboundPostback[]> {
    const range = idsOf(period, after);
    // PostgreSQL finds its own way; on SQLite only an index may, since meanwhile nothing else is answered.
    const atOnce = isLed || this.storage.dialect === 'postgres';
    return atOnce ? this.requests.findIn(where, range, take) : (await this.requests.find(where, range, take)).rows;
  }

  /** One request, or null. */
  async find(id: string): Promise<InboundPostbackItem | null> {
    const row = await this.storage.manager.findOneBy(InboundPostback, { id });
    return row && itemOf(row);
  }
}

function itemOf({ signature: _, steps, receivedAt, ...row }: InboundPostback): InboundPostbackItem {
  return {
    ...row,
    steps: steps.split(' '),
    receivedAt: new Date(receivedAt).toISOString(),
    loggedAt: new Date(idTime(row.id)).toISOString(),
  };
}
