import { ForbiddenException } from '@nestjs/common';
import type { ConversionItem, LedgerItem } from '../conversions/conversion-search.service.js';
import type { InboundPostbackItem } from '../postbacks/inbound-postbacks.service.js';
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

/** Nobody but the house sees who the visitor was, nor what a click cost: its reports do not say it either. */
const CLICK_FIELDS: Readonly<Record<Role, readonly string[]>> = {
  advertiser: ['ip', 'userAgent', 'cost', 'costFault', 'query'],
  partner: ['ip', 'userAgent', 'customerId', 'cost', 'costFault'],
};

/** Names of a report's figures that somebody does not see. */
export function hiddenFigures(scope: AccessScope | undefined): readonly string[] {
  return scope ? REPORT_FIGURES[scope.role] : [];
}

/** Names of a conversion's fields that somebody does not see. */
export function hiddenFields(scope: AccessScope | undefined): readonly string[] {
  return scope ? CONVERSION_FIELDS[scope.role] : [];
}

/** Filters that would tell somebody, by what they leave, what the rows do not say. */
const CLICK_FILTERS: Readonly<Record<Role, readonly string[]>> = { advertiser: [], partner: ['customerId'] };

/** What a visitor's own browser has sent; everything else comes from servers. */
const FROM_A_BROWSER = /\/pixel(?:\.gif)?\/?$/i;

/** @throws ForbiddenException when clicks are searched by something that the scope does not see. */
export function requireSeenFilters(scope: AccessScope | undefined, query: URLSearchParams): void {
  const hidden = scope && CLICK_FILTERS[scope.role].find((name) => query.has(name));
  if (hidden !== undefined) throw new ForbiddenException(`This key does not see "${hidden}".`);
}

/** A request of the inbound log without what somebody does not see: who the visitor was. */
export function requestFor(scope: AccessScope | undefined, item: InboundPostbackItem): InboundPostbackItem {
  return scope && FROM_A_BROWSER.test(item.path) ? { ...item, ip: null, userAgent: null } : item;
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
  if (!scope) return click;
  const hidden = CLICK_FIELDS[scope.role];
  const seen: { readonly query?: object | null } = without(click, hidden);
  // What a field could not take is kept here under its name.
  return seen.query ? { ...seen, query: orNull(without(seen.query, hidden)) } : seen;
}

function orNull(fields: object): object | null {
  return Object.keys(fields).length > 0 ? fields : null;
}

function without(row: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}
