import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
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
  currency: ({ revenue }) => revenue?.currency,
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
   * @throws BadRequestException for a filter without sense, the database's error for the first page.
   */
  async stream(filters: URLSearchParams, format: ExportFormat): Promise<Readable> {
    const first = await this.conversions.list(filters, { limit: PAGE, after: undefined });
    return Readable.from(this.text(filters, format, first), { objectMode: false });
  }

  private async *text(
    filters: URLSearchParams,
    format: ExportFormat,
    first: Awaited<ReturnType<ConversionSearch['list']>>,
  ): AsyncGenerator<string> {
    if (format === 'csv') yield csvLine(Object.keys(COLUMNS));
    const lineOf = format === 'csv' ? csvOf : (item: ConversionItem) => `${JSON.stringify(item)}\n`;
    for (let page = first; ; page = await this.conversions.list(filters, { limit: PAGE, after: page.next as string })) {
      if (page.items.length > 0) yield page.items.map(lineOf).join('');
      if (page.next === null) return;
    }
  }
}

function csvOf(item: ConversionItem): string {
  return csvLine(Object.values(COLUMNS).map((column) => column(item) ?? ''));
}
