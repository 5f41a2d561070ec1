import { BadRequestException, Injectable } from '@nestjs/common';
import { idLowerBound, toMoneyJson } from '@tallyback/protocol';
import { And, type FindOptionsWhere, LessThan, MoreThanOrEqual } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { readTime } from '../partner-postbacks/outbound-search.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { reading } from '../storage/transaction-work.js';
import { Click } from './click.entity.js';
import { costFault } from './click-parameters.js';

const DAY_MS = 86_400_000;
/** How far back is looked without `from`, and between `from` and `to`: no index leads from a partner to its clicks. */
const DAYS = { usual: 31, most: 92 };
/** Rows that SQLite looks through in some hundredths of a second. */
const PART = 10_000;
const EQUAL = ['kind', 'channel', 'externalId', 'customerId'] as const;

/** A click as people see it: catalog keys instead of row ids, nothing of the visitor's hash. */
export type ClickItem = { readonly id: string; readonly at: string } & Readonly<Record<string, unknown>>;

/** Searches clicks. */
@Injectable()
export class ClickSearch {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
  ) {}

  /**
   * Clicks that match every filter (`advertiser`, `campaign`, `offer`, `partner`, `kind`, `channel`, `externalId`,
   * `customerId`, `from`, `to`), newest first; of the last 31 days without `from`.
   *
   * @throws BadRequestException naming a filter that has no sense.
   */
  async list(filters: URLSearchParams, { limit, after }: PageRequest): Promise<Page<ClickItem>> {
    const catalog = await this.catalog.snapshot();
    const where = whereOf(filters, catalog);
    const { from, to } = periodOf(filters, this.clock.now());
    const until = idLowerBound(to);
    const before = after !== undefined && after < until ? after : until;
    const rows = await this.newest(where, idLowerBound(from), before, limit + 1);
    return pageOf(rows, limit, (row) => clickItem(row, catalog));
  }

  /** One click, or null. */
  async find(id: string): Promise<ClickItem | null> {
    const row = await this.storage.manager.findOneBy(Click, { id });
    return row && clickItem(row, await this.catalog.snapshot());
  }

  /** The newest that match. On SQLite a part at a time: it answers without letting go of the event loop. */
  private async newest(where: FindOptionsWhere<Click>, from: string, before: string, take: number): Promise<Click[]> {
    const rows: Click[] = [];
    const read = async (first: string, end: string) => {
      const bounded = { ...where, id: idsIn(first, end) };
      const order = { id: 'DESC' } as const;
      rows.push(...(await this.storage.manager.find(Click, { where: bounded, order, take: take - rows.length })));
    };
    let end = before;
    for (let first = await this.partOf(from, end); first !== undefined; first = await this.partOf(from, end)) {
      await read(first, end);
      if (rows.length >= take) return rows;
      end = first;
      await new Promise(setImmediate);
    }
    await read(from, end);
    return rows;
  }

  /** Where the newest part begins; undefined when it is small enough, or need not be. */
  private async partOf(from: string, before: string): Promise<string | undefined> {
    if (this.storage.dialect !== 'sqlite') return undefined;
    const { table } = this.storage.rowsOf(Click, ['id']);
    const text = `SELECT id FROM ${table} WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ${PART}`;
    const [row] = await this.storage.read(reading(text, [from, before]));
    return row && String(row.id);
  }
}

function idsIn(from: string, before: string) {
  return And(MoreThanOrEqual(from), LessThan(before));
}

function periodOf(filters: URLSearchParams, now: number): { from: number; to: number } {
  const [first, last] = [filters.get('from'), filters.get('to')];
  // What a process whose clock is ahead has recorded is there, too.
  const to = last === null ? now + DAY_MS : readTime('to', last);
  const from = first === null ? Math.max(0, Math.min(to, now) - DAYS.usual * DAY_MS) : readTime('from', first);
  if (Math.min(to, now) - from <= DAYS.most * DAY_MS) return { from, to };
  throw new BadRequestException(`Clicks are searched for ${DAYS.most} days at the most; bring "from" and "to" closer.`);
}

function whereOf(filters: URLSearchParams, catalog: CatalogSnapshot): FindOptionsWhere<Click> {
  const where: FindOptionsWhere<Click> = {};
  for (const name of EQUAL) {
    const value = filters.get(name);
    if (value !== null) Object.assign(where, { [name]: value });
  }
  const byKey = (name: string, idOf: (key: string) => string | undefined) => {
    const key = filters.get(name);
    // An id that no row has: a filter by an unknown key finds nothing.
    return key === null ? {} : { [`${name}Id`]: idOf(key) ?? '' };
  };
  return {
    ...where,
    ...byKey('advertiser', (key) => catalog.advertisersByKey.get(key)?.row.id),
    ...byKey('campaign', (key) => catalog.campaignsByKey.get(key)?.row.id),
    ...byKey('offer', (key) => catalog.offersByKey.get(key)?.row.id),
    ...byKey('partner', (key) => catalog.partnersByKey.get(key)?.id),
  };
}

function clickItem(click: Click, catalog: CatalogSnapshot): ClickItem {
  const { campaignId, offerId, partnerId, advertiserId, visitor: _, at, cost, ...rest } = click;
  const fault = costFault(click);
  return {
    ...rest,
    at: new Date(at).toISOString(),
    cost: cost === null ? null : toMoneyJson({ minor: cost, currency: click.currency }),
    ...(fault !== undefined && { costFault: fault }),
    ...catalog.keysOf({ advertiserId, campaignId, offerId, partnerId }),
  };
}
