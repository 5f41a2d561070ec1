import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../access/access-scope.js';
import { conversionFor, hiddenFields } from '../access/scoped-views.js';
import { csvLine } from '../http/csv.js';
import { type ConversionItem, ConversionSearch } from './conversion-search.service.js';

export const EXPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Conversions that are read at a time: what an export holds in memory. */
const PAGE = 500;

const COLUMNS: Readonly<Record<string, (item: ConversionItem) => string | null | undefined>> = {
  id: ({ id }) => id,
  advertiser: ({ advertiser }) => advertiser,
  event: ({ event }) => event,
  transactionId: ({ transactionId }) => transactionId,
  clickId: ({ clickId }) => clickId,
  campaign: ({ campaign }) => campaign,
  offer: ({ offer }) => offer,
  partner: ({ partner }) => partner,
  status: ({ status }) => status,
  revenue: ({ revenue }) => revenue?.amount,
  payout: ({ payout }) => payout?.amount,
  currency: ({ revenue, payout }) => (revenue ?? payout)?.currency,
  originalRevenue: ({ originalRevenue }) => originalRevenue?.amount,
  originalCurrency: ({ originalRevenue }) => originalRevenue?.currency,
  rate: ({ rate }) => rate,
  couponCode: ({ couponCode }) => couponCode,
  customerId: ({ customerId }) => customerId,
  occurredAt: ({ occurredAt }) => occurredAt,
  receivedAt: ({ receivedAt }) => receivedAt,
};

/** Writes out as many conversions as there are, a page in memory at a time. */
@Injectable()
export class ConversionExport {
  constructor(private readonly conversions: ConversionSearch) {}

  /**
   * Every conversion that matches the filters of the search, newest first: lines of CSV, or of JSON with the ledger. A
   * failure after the first page destroys the stream, so that half an export is not taken for a whole one.
   *
   * @param scope Who reads it, when not everything is theirs to see; the filters have to leave only their rows.
   * @throws BadRequestException for a filter without sense, the database's error for the first page.
   */
  async stream(filters: URLSearchParams, format: ExportFormat, scope?: AccessScope): Promise<Readable> {
    const first = await this.conversions.list(filters, { limit: PAGE, after: undefined });
    return Readable.from(this.text(filters, format, first, scope), { objectMode: false });
  }

  private async *text(
    filters: URLSearchParams,
    format: ExportFormat,
    first: Awaited<ReturnType<ConversionSearch['list']>>,
    scope: AccessScope | undefined,
  ): AsyncGenerator<string> {
    const columns = columnsFor(scope);
    if (format === 'csv') yield csvLine(columns.map(([name]) => name));
    const lineOf = (item: ConversionItem) =>
      format === 'csv'
        ? csvLine(columns.map(([, column]) => column(item) ?? ''))
        : `${JSON.stringify(conversionFor(scope, item))}\n`;
    for (let page = first; ; page = await this.conversions.list(filters, { limit: PAGE, after: page.next as string })) {
      if (page.items.length > 0) yield page.items.map(lineOf).join('');
      if (page.next === null) return;
    }
  }
}

function columnsFor(scope: AccessScope | undefined) {
  const hidden = hiddenFields(scope);
  const all = Object.entries(COLUMNS).filter(([name]) => !hidden.includes(name));
  return hidden.includes('originalRevenue') ? all.filter(([name]) => name !== 'originalCurrency') : all;
}
