import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, LessThan } from 'typeorm';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { InboundPostback } from './inbound-postback.entity.js';

const FILTERS = ['outcome', 'reason', 'advertiser', 'campaign', 'clickId', 'transactionId', 'deliveryId'] as const;

/** One inbound request as the log shows it. */
export type InboundPostbackItem = Omit<InboundPostback, 'receivedAt' | 'signature' | 'steps'> & {
  readonly receivedAt: string;
  /** Names of the steps on its way, in order; the last one ended it. */
  readonly steps: readonly string[];
};

/** Searches the inbound log. */
@Injectable()
export class InboundPostbacksService {
  constructor(private readonly storage: TrackerStorage) {}

  /** Requests that match every filter, newest first. */
  async list(filters: URLSearchParams, { limit, after }: PageRequest): Promise<Page<InboundPostbackItem>> {
    const where: FindOptionsWhere<InboundPostback> = after === undefined ? {} : { id: LessThan(after) };
    for (const name of FILTERS) {
      const value = filters.get(name);
      if (value !== null) Object.assign(where, { [name]: value });
    }
    const rows = await this.storage.manager.find(InboundPostback, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(rows, limit, itemOf);
  }
}

function itemOf({ signature: _, steps, receivedAt, ...row }: InboundPostback): InboundPostbackItem {
  return { ...row, steps: steps.split(' '), receivedAt: new Date(receivedAt).toISOString() };
}
