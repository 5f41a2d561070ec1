import { Injectable } from '@nestjs/common';
import { idTime } from '@tallyback/protocol';
import { LessThan } from 'typeorm';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { InboundPostback } from './inbound-postback.entity.js';
import { readInboundSearch } from './inbound-search.js';

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
export class InboundPostbacksService {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
  ) {}

  /**
   * Requests that match every filter, newest first.
   *
   * @throws BadRequestException naming a filter that has no sense.
   */
  async list(filters: URLSearchParams, { limit, after }: PageRequest): Promise<Page<InboundPostbackItem>> {
    const where = readInboundSearch(filters, this.clock.now(), after === undefined ? undefined : LessThan(after));
    const rows = await this.storage.manager.find(InboundPostback, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(rows, limit, itemOf);
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
