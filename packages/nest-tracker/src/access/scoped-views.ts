import type { ConversionItem, LedgerItem } from '../conversions/conversion-search.service.js';
import type { Report, ReportRow } from '../reports/report.js';
import type { AccessScope } from './access-scope.js';

type Role = AccessScope['role'];

/**
 * Figures of a report that are the house's own business: what it pays is nothing to the advertiser, what it is paid is
 * nothing to the partner, and what is left between the two is nothing to either.
 */
const REPORT_FIGURES: Readonly<Record<Role, readonly string[]>> = {
  advertiser: ['payout', 'cost', 'profit', 'roi', 'share'],
  partner: ['revenue', 'cost', 'profit', 'roi', 'epc', 'aov', 'share'],
};

const CONVERSION_FIELDS: Readonly<Record<Role, readonly (keyof ConversionItem)[]>> = {
  advertiser: ['payout'],
  // The advertiser's customer and what is known of the order are not the partner's either.
  partner: ['revenue', 'originalRevenue', 'rate', 'couponCode', 'customerId', 'items', 'metadata'],
};

const LEDGER_FIELDS: Readonly<Record<Role, readonly (keyof LedgerItem)[]>> = {
  advertiser: ['payout', 'actor'],
  partner: ['revenue', 'actor', 'note'],
};

/** Nobody but the house sees who the visitor was. */
const CLICK_FIELDS: Readonly<Record<Role, readonly string[]>> = {
  advertiser: ['ip', 'userAgent', 'cost', 'query'],
  partner: ['ip', 'userAgent', 'customerId'],
};

/** Names of a report's figures that somebody does not see. */
export function hiddenFigures(scope: AccessScope | undefined): readonly string[] {
  return scope ? REPORT_FIGURES[scope.role] : [];
}

/** Names of a conversion's fields that somebody does not see. */
export function hiddenFields(scope: AccessScope | undefined): readonly string[] {
  return scope ? CONVERSION_FIELDS[scope.role] : [];
}

/** A report without what somebody does not see. */
export function reportFor(scope: AccessScope | undefined, report: Report): object {
  if (!scope) return report;
  const seen = (row: ReportRow) => without(row, REPORT_FIGURES[scope.role]);
  return { ...report, rows: report.rows.map(seen), totals: report.totals.map(seen) };
}

/** A conversion without what somebody does not see. */
export function conversionFor(scope: AccessScope | undefined, item: ConversionItem): object {
  if (!scope) return item;
  const ledger = item.ledger.map((entry) => without(entry, LEDGER_FIELDS[scope.role]));
  return { ...without(item, CONVERSION_FIELDS[scope.role]), ledger };
}

/** A click without what somebody does not see. */
export function clickFor(scope: AccessScope | undefined, click: object): object {
  return scope ? without(click, CLICK_FIELDS[scope.role]) : click;
}

function without(row: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}
