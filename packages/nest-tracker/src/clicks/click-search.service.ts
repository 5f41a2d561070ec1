import { BadRequestException, Injectable, type OnModuleInit } from '@nestjs/common';
import { toMoneyJson } from '@tallyback/protocol';
import { type FindOptionsWhere, In } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { idsOf, type Period, readPeriod } from '../http/period.js';
import { Clock } from '../storage/clock.js';
import { type Found, type IdRange, NewestRows } from '../storage/newest-rows.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { Click } from './click.entity.js';
import { costFault } from './click-parameters.js';

const DAY_MS = 86_400_000;
/** How far back is looked without `from`, and between `from` and `to`: no index leads from a partner to its clicks. */
const DAYS = { usual: 31, most: 92 };
/** Parts of some ten thousand clicks that are looked through for one page: a second or two. */
const MOST_PARTS = 50;
const EQUAL = ['kind', 'channel', 'externalId', 'customerId'] as const;

/** A click as people see it: catalog keys instead of row ids, nothing of the visitor's hash. */
export type ClickItem = { readonly id: string; readonly at: string } & Readonly<Record<string, unknown>>;

/** Searches clicks. */
@Injectable()
export class ClickSearch implements OnModuleInit {
  private clicks: NewestRows<Click>;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.clicks = new NewestRows(this.storage, Click, MOST_PARTS);
  }

  /**
   * Clicks that match every filter (`advertiser`, `campaign`, `offer`, `partner`, `kind`, `channel`, `externalId`,
   * `customerId`, `from`, `to`), newest first; of the last 31 days without `from`. Where few match among very many, a page
   * may be short or empty and `next` leads on: the last page is the one whose `next` is null.
   *
   * @throws BadRequestException naming a filter that has no sense.
   */
  async list(filters: URLSearchParams, { limit, after }: PageRequest): Promise<Page<ClickItem>> {
    const catalog = await this.catalog.snapshot();
    const where = whereOf(filters, catalog);
    const range = idsOf(periodOf(filters, this.clock.now()), after);
    const { rows, goesOnBefore = null } = await this.search(where, range, limit + 1);
    const page = pageOf(rows, limit, (row) => clickItem(row, catalog));
    return { ...page, next: page.next ?? goesOnBefore };
  }

  private async search(where: FindOptionsWhere<Click>, range: IdRange, take: number): Promise<Found<Click>> {
    // An index leads from a customer of an advertiser to the clicks.
    if (where.customerId === undefined) return this.clicks.find(where, range, take);
    return { rows: await this.clicks.findIn(where, range, take) };
  }

  /** One click, or null. */
  async find(id: string): Promise<ClickItem | null> {
    const row = await this.storage.manager.findOneBy(Click, { id });
    return row && clickItem(row, await this.catalog.snapshot());
  }
}

function periodOf(filters: URLSearchParams, now: number): Period {
  const asked = readPeriod(filters);
  // What a process whose clock is ahead has recorded is there, too.
  const to = asked.to ?? now + DAY_MS;
  const from = asked.from ?? Math.max(0, Math.min(to, now) - DAYS.usual * DAY_MS);
  if (Math.min(to, now) - from <= DAYS.most * DAY_MS) return { from, to };
  throw new BadRequestException(`Clicks are searched for ${DAYS.most} days at the most; bring "from" and "to" closer.`);
}

function whereOf(filters: URLSearchParams, catalog: CatalogSnapshot): FindOptionsWhere<Click> {
  const where: FindOptionsWhere<Click> = {};
  for (const name of EQUAL) {
    const value = filters.get(name);
    if (value !== null) Object.assign(where, { [name]: value });
  }
  return {
    ...where,
    // The index of customers begins with their advertiser.
    ...('customerId' in where && { advertiserId: In([...catalog.advertisersById.keys()]) }),
    ...catalog.idsAskedFor(filters),
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
