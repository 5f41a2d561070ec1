import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CatalogService, ReportsService, TrackerModule } from '@tallyback/nest-tracker';
import { ADVERTISER, seed } from '../lib/house.mjs';
import { databaseMaker } from '../lib/intake-databases.mjs';
import { fillReportClicks } from '../lib/report-clicks.mjs';
import { interleave, rowsOf } from '../lib/rounds.mjs';

const CLICKS = Number(process.env.BENCH_CLICKS ?? 10_000_000);
const CAMPAIGNS = 20;
/** A scan takes long enough to be measured a few times only. */
const MOST_ROUNDS = 3;

/**
 * The report by campaign and day over a month of clicks, from rollups, against the same report counted from the rows.
 * Answers per second; it fails when the two are not the same.
 */
async function measure(name, kind, context) {
  const create = await databaseMaker(kind, context);
  const database = await create('reports');
  const app = await openTracker(database);
  try {
    const since = performance.now();
    await fillReportClicks(database, CLICKS, await campaignsOf(app));
    const filled = performance.now();
    const reports = app.get(ReportsService);
    await reports.rebuild();
    const rebuilt = performance.now();
    console.log(
      `${name}: ${CLICKS.toLocaleString('en')} clicks put in within ${seconds(since, filled)}, their rollups built within ${seconds(filled, rebuilt)}`,
    );
    const request = { groupBy: ['campaign', 'day'], timezone: 'UTC', by: 'conversion', filters: {}, limit: 10_000 };
    const answers = new Map();
    const timed = (source) => async () => {
      const start = performance.now();
      const { rows } = await reports.report({ ...request, source });
      const took = performance.now() - start;
      answers.set(source, JSON.stringify(rows));
      return 1000 / took;
    };
    const contenders = { rollups: timed(undefined), rows: timed('rows') };
    const rounds = Math.min(context.rounds, MOST_ROUNDS);
    const results = await interleave(contenders, rounds, context.progress);
    if (answers.get(undefined) !== answers.get('rows')) throw new Error(`${name}: rollups and rows disagree`);
    console.log(
      `${name}: ${milliseconds(results.rollups)} from rollups, ${milliseconds(results.rows)} from rows (each round)`,
    );
    return rowsOf(name, 'rollups', results, 'reports/s');
  } finally {
    await app.close();
  }
}

async function openTracker(database) {
  const keys = Array.from({ length: CAMPAIGNS }, (_, i) => `c${i}`);
  const [offer] = seed.offers;
  const catalog = {
    ...seed,
    offers: keys.map((key) => ({ ...offer, key, advertiser: ADVERTISER })),
    campaigns: keys.map((key) => ({ key, partner: 'blog', offers: [{ offer: key }] })),
  };
  class App {}
  Module({ imports: [TrackerModule.forRoot({ database, seed: catalog, adminToken: 'bench-admin-token' })] })(App);
  return NestFactory.createApplicationContext(App, { logger: ['error'] });
}

async function campaignsOf(app) {
  const { campaignsById } = await app.get(CatalogService).snapshot();
  return [...campaignsById.values()].map(({ row, offers: [{ offer }] }) => ({
    id: row.id,
    offerId: offer.row.id,
    partnerId: row.partnerId,
    advertiserId: offer.row.advertiserId,
  }));
}

function seconds(from, to) {
  return `${Math.round((to - from) / 1000)} s`;
}

function milliseconds(rates) {
  return `${rates.map((rate) => (1000 / rate).toFixed(1)).join(', ')} ms`;
}

export const slowCases = {
  'report.campaign-day': (context) => measure('report.campaign-day', 'sqlite', context),
  'report.campaign-day.postgres': (context) => measure('report.campaign-day.postgres', 'postgres', context),
};
