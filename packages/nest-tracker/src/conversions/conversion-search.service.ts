import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type MoneyJson, parseClickId } from '@tallyback/protocol';
import { type FindOptionsWhere, In } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { type Page, type PageRequest, pageOf } from '../http/page.js';
import { idsOf, readPeriod } from '../http/period.js';
import { type IdRange, NewestRows } from '../storage/newest-rows.js';
import { successorOf } from '../storage/successor-of.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { Conversion } from './conversion.entity.js';
import { type ConversionFields, conversionFields, moneyOf } from './conversion-fields.js';
import { LedgerEntry } from './ledger-entry.entity.js';

/** One change of a conversion as people read it. */
export interface LedgerItem {
  readonly at: string;
  readonly actor: string;
  readonly cause: string;
  /** What the person who decided it gave as reason. */
  readonly note?: string;
  readonly oldStatus: string | null;
  readonly newStatus: string;
  /** Change of the counted revenue; null where no currency is known. */
  readonly revenue: MoneyJson | null;
  readonly payout: MoneyJson | null;
}

/** A conversion with its ledger. */
export interface ConversionItem extends ConversionFields {
  readonly ledger: readonly LedgerItem[];
}

/** Searches conversions. */
@Injectable()
export class ConversionSearch implements OnModuleInit {
  private conversions: NewestRows<Conversion>;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
  ) {}

  onModuleInit(): void {
    this.conversions = new NewestRows(this.storage, Conversion);
  }

  /**
   * Conversions that match every filter, newest first.
   *
   * @throws BadRequestException naming a filter that has no sense.
   */
  async list(filters: URLSearchParams, { limit, after }: PageRequest): Promise<Page<ConversionItem>> {
    const catalog = await this.catalog.snapshot();
    const where = whereOf(filters, catalog);
    const rows = await this.search(where, rangeOf(filters, after), limit + 1);
    const ids = rows.map(({ id }) => id);
    const entries = await this.storage.manager.find(LedgerEntry, {
      where: { conversionId: In(ids) },
      order: { id: 'ASC' },
    });
    const ledgerOf = (id: string) => entries.filter(({ conversionId }) => conversionId === id);
    return pageOf(rows, limit, (row) => itemOf(row, ledgerOf(row.id), catalog));
  }

  private async search(where: FindOptionsWhere<Conversion>, range: IdRange, take: number): Promise<Conversion[]> {
    // PostgreSQL finds its own way; on SQLite only an index may, since meanwhile nothing else is answered.
    const { clickId, advertiserId, event, transactionId } = where;
    const isNamed = advertiserId !== undefined && event !== undefined && transactionId !== undefined;
    const led = this.storage.dialect === 'postgres' || clickId !== undefined || isNamed;
    return led ? this.conversions.findIn(where, range, take) : (await this.conversions.find(where, range, take)).rows;
  }
}

/** Those of `from` to `to`, by time of arrival, which is the time in the id; `conversionId` is one id of them. */
function rangeOf(filters: URLSearchParams, after: string | undefined): IdRange {
  const range = idsOf(readPeriod(filters), after);
  const given = filters.get('conversionId');
  return given === null ? range : onlyId(parseClickId(given), range);
}

/** Where one row may lie; nowhere when its id is none, or outside the range. */
function onlyId(id: string | undefined, { from, before }: IdRange): IdRange {
  if (id === undefined || (from !== undefined && id < from) || (before !== undefined && id >= before)) {
    return { from: NO_ID, before: NO_ID };
  }
  return { from: id, before: successorOf(id) };
}

/** An id that no row has: a filter by what is no id finds nothing. */
const NO_ID = '';

function whereOf(filters: URLSearchParams, catalog: CatalogSnapshot): FindOptionsWhere<Conversion> {
  const where: FindOptionsWhere<Conversion> = {};
  for (const name of ['event', 'status', 'transactionId'] as const) {
    const value = filters.get(name);
    if (value !== null) Object.assign(where, { [name]: value });
  }
  const clickId = filters.get('clickId');
  if (clickId !== null) where.clickId = parseClickId(clickId) ?? NO_ID;
  return { ...where, ...catalog.idsAskedFor(filters) };
}

function itemOf(row: Conversion, ledger: readonly LedgerEntry[], catalog: CatalogSnapshot): ConversionItem {
  return {
    ...conversionFields(row, catalog),
    ledger: ledger.map((entry) => ({
      at: new Date(entry.at).toISOString(),
      actor: entry.actor,
      cause: entry.cause,
      ...(entry.note !== null && { note: entry.note }),
      oldStatus: entry.oldStatus,
      newStatus: entry.newStatus,
      revenue: moneyOf(entry.revenueDelta, entry.currency),
      payout: moneyOf(entry.payoutDelta, entry.currency),
    })),
  };
}
