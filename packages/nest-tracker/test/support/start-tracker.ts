import type { INestApplication, LoggerService, Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Clock, TrackerModule, type TrackerModuleExtras, type TrackerOptions } from '../../src/index.js';
import { CATALOG } from './catalog.js';
import { DATABASES, type TestDatabase } from './databases.js';

export const ADAPTERS = ['Express', 'Fastify'] as const;
export type Adapter = (typeof ADAPTERS)[number];

/** Every database with every adapter, for `describe.each`. */
export const MATRIX = DATABASES.flatMap((database) => ADAPTERS.map((adapter) => ({ ...database, adapter })));

export const ADMIN_TOKEN = 'test-admin-token';

/** A tracker that listens on the loopback address. */
export interface Tracker {
  readonly url: string;
  readonly app: INestApplication;
  readonly database: TestDatabase;
  get<T>(token: Type<T>): T;
  close(): Promise<void>;
}

export interface TrackerSetup {
  readonly database: TestDatabase;
  readonly adapter?: Adapter;
  readonly options?: Partial<TrackerOptions & TrackerModuleExtras>;
  /** Overrides the time. Default: the real one, but never twice the same, so that rows have an order by their ids. */
  readonly now?: () => number;
  /** Believe `X-Forwarded-*`, as behind a reverse proxy. */
  readonly behindProxy?: boolean;
  /** Takes what the application logs. Default: nobody. */
  readonly logger?: LoggerService;
}

/** Starts a tracker with the test catalog on a database that exists. */
export async function startTracker(setup: TrackerSetup): Promise<Tracker> {
  const { database, adapter = 'Fastify', options, now = tickingClock(), behindProxy, logger = false } = setup;
  const builder = Test.createTestingModule({
    imports: [
      TrackerModule.forRoot({ database: database.options, adminToken: ADMIN_TOKEN, seed: CATALOG, ...options }),
    ],
  });
  builder.overrideProvider(Clock).useValue({ now });
  const app = (await builder.compile()).createNestApplication(createAdapter(adapter, behindProxy), {
    rawBody: true,
    logger,
  });
  await app.listen(0, '127.0.0.1');
  return {
    url: (await app.getUrl()).replace(/\/$/, ''),
    app,
    database,
    get: (token) => app.get(token, { strict: false }),
    close: () => app.close(),
  };
}

function tickingClock(): () => number {
  let last = 0;
  return () => {
    last = Math.max(Date.now(), last + 1);
    return last;
  };
}

export function createAdapter(adapter: Adapter, behindProxy = false): ExpressAdapter | FastifyAdapter {
  if (adapter === 'Fastify') return new FastifyAdapter({ trustProxy: behindProxy });
  const express = new ExpressAdapter();
  if (behindProxy) express.set('trust proxy', true);
  return express;
}
