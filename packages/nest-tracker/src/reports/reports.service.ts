import { Injectable } from '@nestjs/common';
import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import { CATALOG_OWNERS, type CatalogOwner, type CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { Click } from '../clicks/click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import { Rollup } from '../rollups/rollup.entity.js';
import { type RebuildRequest, type RebuildResult, RollupRebuild } from '../rollups/rollup-rebuild.service.js';
import { Rotation } from '../rotation/rotation.service.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import {
  type FilterDimension,
  hasShares,
  type Metrics,
  type Report,
  type ReportDimension,
  type ReportRequest,
  type ReportRow,
  TIME_DIMENSIONS,
} from './report.js';
import { partsOf } from './report-parts.js';
import { type DatabaseRow, ReportReader } from './report-reader.js';
import { addMetrics, emptyMetrics, reportRow } from './report-rows.js';
import type { ReportPlan } from './report-sql.js';
import { dimensionLabel } from './report-times.js';
import { sortRows } from './sort-rows.js';
import { offsetSpans } from './time-zone.js';

/** Nothing the tracker stores is older (or in the future); bounds the search for changes of a zone's offset. */
const EARLIEST = Date.UTC(2020, 0, 1);

/** What the database counted, from rollups and rows alike. */
interface Counted {
  readonly clicks: DatabaseRow[];
  readonly conversions: DatabaseRow[];
}

interface Group {
  /** Values of the dimensions in the order of `groupBy`. */
  readonly values: readonly (string | null)[];
  readonly currency: string | null;
  readonly metrics: Metrics;
}

/** Reports over clicks and conversions. */
@Injectable()
export class ReportsService {
  private readonly reader: ReportReader;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
    private readonly rollups: RollupRebuild,
    private readonly rotation: Rotation,
  ) {
    this.reader = new ReportReader(storage);
  }

  /**
   * Counts and sums by the dimensions asked for, a row per currency. A click has no event: grouped by event, each row
   * shows the clicks of its other dimensions, and their cost stays out of the rows (it is in the totals).
   *
   * @throws BadRequestException when there are more groups than a report may have.
   */
  async report(request: ReportRequest): Promise<Report> {
    const catalog = await this.catalog.snapshot();
    const plan = this.planOf(request, catalog);
    const counted = await this.count(plan);
    const label = labeller(request.groupBy, catalog);
    const rows: ReportRow[] = [];
    for await (const { values, currency, metrics } of inTurns(await merge(request.groupBy, counted))) {
      rows.push(reportRow(label(values), currency, metrics));
    }
    rows.sort((a, b) => compareDimensions(request.groupBy, a, b));
    const totals = (await merge([], counted)).map(({ currency, metrics }) => reportRow({}, currency, metrics));
    totals.sort((a, b) => compareDimensions([], a, b));
    const shown = sortRows(rows, request.sort).slice(0, request.limit);
    return { rows: hasShares(request.groupBy) ? await this.withShares(shown, catalog) : shown, totals };
  }

  /**
   * Compares the sums that reports are answered from with the rows behind them, puts right what differs (unless `verify`
   * is asked for), and says how much it was. Safe while traffic goes on.
   */
  rebuild(request: RebuildRequest = {}): Promise<RebuildResult> {
    return this.rollups.rebuild(request);
  }

  private async withShares(rows: readonly ReportRow[], catalog: CatalogSnapshot): Promise<ReportRow[]> {
    const campaigns = new Set(rows.map(({ campaign }) => catalog.campaignsByKey.get(String(campaign))));
    const shares = new Map<string, ReadonlyMap<string, number>>();
    for (const campaign of campaigns) {
      if (campaign) shares.set(campaign.row.key, await this.rotation.shares(campaign));
    }
    return rows.map((row) => ({ ...row, share: shares.get(String(row.campaign))?.get(String(row.offer)) ?? null }));
  }

  private async count(plan: ReportPlan): Promise<Counted> {
    const counted: Counted = { clicks: [], conversions: [] };
    for (const part of partsOf(plan.request, plan.spans)) {
      // Not by `push(...rows)`: there may be more rows than a call takes arguments.
      for (const row of await this.reader.clicks(plan, part)) counted.clicks.push(row);
      for (const row of await this.reader.conversions(plan, part)) counted.conversions.push(row);
    }
    return counted;
  }

  private planOf(request: ReportRequest, catalog: CatalogSnapshot): ReportPlan {
    const now = this.clock.now();
    const from = Math.max(request.from ?? EARLIEST, EARLIEST);
    const to = Math.min(request.to ?? now, now);
    const byTime = request.groupBy.some((dimension) => TIME_DIMENSIONS.includes(dimension));
    const spans = byTime ? offsetSpans(request.timezone, from, to) : [];
    const filters: Partial<Record<FilterDimension, string>> = {};
    for (const [name, value] of Object.entries(request.filters) as [FilterDimension, string][]) {
      filters[name] = idOf(name, value, catalog);
    }
    return { request, dialect: this.storage.dialect, spans, filters, tables: this.tables };
  }

  private get tables(): ReportPlan['tables'] {
    const tableOf = (entity: EntityTarget<ObjectLiteral>) => this.storage.rowsOf(entity).table;
    return { clicks: tableOf(Click), conversions: tableOf(Conversion), rollups: tableOf(Rollup) };
  }
}

/** Rows that are gone through before others get their turn. */
const TURN = 1_000;

/** Requests are answered in between. */
async function* inTurns<T>(items: readonly T[]): AsyncGenerator<T> {
  for (let i = 0; i < items.length; i += TURN) {
    yield* items.slice(i, i + TURN);
    await new Promise(setImmediate);
  }
}

async function merge(groupBy: readonly ReportDimension[], { clicks, conversions }: Counted): Promise<Group[]> {
  const groups = new Map<string, Group>();
  const groupOf = (values: readonly (string | null)[], currency: string | null) => {
    const key = JSON.stringify([...values, currency]);
    const group = groups.get(key) ?? { values, currency, metrics: emptyMetrics() };
    groups.set(key, group);
    return group;
  };
  for await (const row of inTurns(conversions)) {
    const values = groupBy.map((name, i) => dimensionLabel(name, row[`d${i}`] ?? null));
    addMetrics(groupOf(values, row.currency ?? null).metrics, row);
  }
  const event = groupBy.indexOf('event');
  const ofClicks = groupBy.filter((name) => name !== 'event');
  const withoutEvent = event === -1 ? new Map<string, Group[]>() : byOtherDimensions([...groups.values()], event);
  for await (const row of inTurns(clicks)) {
    const values = ofClicks.map((name, i) => dimensionLabel(name, row[`d${i}`] ?? null));
    const currency = row.currency ?? null;
    if (event === -1) {
      addMetrics(groupOf(values, currency).metrics, row);
      continue;
    }
    const { cost: _, ...counts } = row;
    const same = withoutEvent.get(JSON.stringify([...values, currency]));
    const targets = same ?? [groupOf(values.toSpliced(event, 0, null), currency)];
    for (const group of targets) addMetrics(group.metrics, counts as DatabaseRow);
  }
  return [...groups.values()];
}

/** Groups that differ in nothing but the event. */
function byOtherDimensions(groups: readonly Group[], event: number): Map<string, Group[]> {
  const others = new Map<string, Group[]>();
  for (const group of groups) {
    const key = JSON.stringify([...group.values.toSpliced(event, 1), group.currency]);
    others.set(key, [...(others.get(key) ?? []), group]);
  }
  return others;
}

/** By what people read, the catalog's keys, not by the row ids that the database groups by. */
function compareDimensions(groupBy: readonly ReportDimension[], a: ReportRow, b: ReportRow): number {
  for (const name of [...groupBy, 'currency']) {
    const left = a[name] ?? '';
    const right = b[name] ?? '';
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function labeller(groupBy: readonly ReportDimension[], catalog: CatalogSnapshot) {
  return (values: readonly (string | null)[]): Record<string, string | null> =>
    Object.fromEntries(groupBy.map((dimension, i) => [dimension, keyOf(dimension, values[i] ?? null, catalog)]));
}

function keyOf(dimension: ReportDimension, value: string | null, catalog: CatalogSnapshot): string | null {
  return isOwner(dimension) ? (catalog.keyOf(dimension, value) ?? value) : value;
}

/** The id behind a catalog key; an unknown key is left as it is and matches no row. */
function idOf(dimension: FilterDimension, key: string, catalog: CatalogSnapshot): string {
  return isOwner(dimension) ? (catalog.idOf(dimension, key) ?? key) : key;
}

function isOwner(dimension: ReportDimension): dimension is CatalogOwner {
  return (CATALOG_OWNERS as readonly string[]).includes(dimension);
}
