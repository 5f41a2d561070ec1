import type { CanActivate, Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { CompatSettings } from './compat/compat-settings.js';
import type { RatesProvider } from './conversions/pricing/rates-provider.js';
import type { PartnerPostbackOptions } from './partner-postbacks/postback-faults.js';
import type { RateLimit } from './postbacks/senders/rate-limiter.js';
import type { TrackerDatabase } from './storage/tracker-database.js';
import type { GeoResolver } from './visitors/geo-resolver.js';

/** Injection token of the module's options. */
export const TRACKER_OPTIONS = Symbol('TRACKER_OPTIONS');

/** What `TrackerModule.forRoot()` takes, and what the factory of `forRootAsync()` returns. */
export interface TrackerOptions {
  /** Database that the module opens and closes itself. One of `database`, `dataSource` or the host's own TypeORM module is needed. */
  readonly database?: TrackerDatabase | undefined;
  /**
   * The host's own data source: SQLite by TypeORM's `better-sqlite3` type (libsql or better-sqlite3 as driver) or
   * PostgreSQL. It must list `trackerEntities`; the module does not close it.
   */
  readonly dataSource?: DataSource | undefined;
  /** Whether the module brings its tables up to date at boot. Default true; otherwise run `trackerMigrations` yourself. */
  readonly runMigrations?: boolean | undefined;
  /** Bearer token of the management routes. Without it and without a `guard` the module boots only under `NODE_ENV=development` or `test`. */
  readonly adminToken?: string | undefined;
  /** Catalog applied by key at every boot (the shape of `CatalogSeed`). A fault in it stops the boot. */
  readonly seed?: unknown;
  /**
   * The address that visitors see, for example `https://go.shop.example`, when a proxy stands before the tracker: decides
   * domain and `Secure` of the first-party cookie. Default: what the request says.
   */
  readonly publicUrl?: string | undefined;
  /** Where visitors of unknown and paused campaigns go. Default: none, they get a 404 problem. */
  readonly fallbackUrl?: string | undefined;
  /**
   * Whether plain click links (`GET /c/:campaign` without `X-Forwarded-*` or `Forwarded` headers) are answered ahead of the
   * host's middleware, guards and interceptors. Default false.
   */
  readonly clicksAheadOfMiddleware?: boolean | undefined;
  /**
   * The same for plain signed messages: `POST /v1/conversions` with `content-type: application/json` and a content length,
   * neither compressed nor forwarded. Signatures, limits and the log are as elsewhere. Default false.
   */
  readonly messagesAheadOfMiddleware?: boolean | undefined;
  /** How far a signature's time may be off, both ways, in seconds. Default 300. */
  readonly signatureToleranceSeconds?: number | undefined;
  /**
   * Exchange rates for messages in another currency than their offer's. Without it such messages are refused with
   * `currency_unsupported`.
   */
  readonly rates?: RatesProvider | undefined;
  /** Settings of the `/compat` routes by network, for every advertiser that has none of its own. */
  readonly compat?: CompatSettings | undefined;
  /** `Referrer-Policy` of redirects. Default `no-referrer-when-downgrade`. */
  readonly referrerPolicy?: string | undefined;
  /**
   * Origins such as `https://landing.example` whose pages may record clicks by `POST /v1/clicks`, besides those on the
   * hosts that the advertiser's offers lead to; `*` for any. Default none.
   */
  readonly directClickOrigins?: readonly string[] | undefined;
  /**
   * How many clicks one address (IPv6: one /64) may send to `POST /v1/clicks`; counted per process. Default 20 a second,
   * 200 at once; `false` for no limit.
   */
  readonly directClickLimit?: RateLimit | false | undefined;
  /** The cookie that the first-party hop `/o/:campaign` sets, and `/_c/click` keeps. */
  readonly firstPartyCookie?: FirstPartyCookieOptions | undefined;
  /**
   * How many messages an advertiser may send that names no `rateLimit` of its own; more are answered 429 with
   * `Retry-After`. Counted per process. Default: no limit.
   */
  readonly rateLimit?: RateLimit | undefined;
  /**
   * How often one address (IPv6: one /64) may fail to prove itself, by a wrong token, signature or advertiser; it is then
   * answered 429 without being looked at. Counted per process. Default: no limit.
   */
  readonly unprovenLimit?: RateLimit | undefined;
  /**
   * What of a visitor's address is kept: `truncate` (default) cuts the last octet (IPv4) or 80 bits (IPv6), `hash` keeps
   * a keyed hash, `none`, `full`.
   */
  readonly keepIp?: 'truncate' | 'hash' | 'none' | 'full' | undefined;
  /**
   * What of a visitor's user agent is kept: `truncate` (default) cuts versions to their first part, as browsers' own
   * reduction does; `hash`, `none`, `full`.
   */
  readonly keepUserAgent?: 'truncate' | 'hash' | 'none' | 'full' | undefined;
  /**
   * Key of the hashes of `keepIp: 'hash'` and `keepUserAgent: 'hash'`, 32 characters or more: the same visitor has the
   * same hash on every day. Default: a key of the installation's own that changes every UTC day and is then forgotten,
   * so that hashes of different days have nothing in common and nobody can find the visitor behind them any more.
   */
  readonly hashKey?: string | undefined;
  /**
   * Tells the country of a click: a file in MaxMind's format (needs the package `maxmind`), or your own. Default none:
   * the country of clicks is not known.
   */
  readonly geo?: GeoResolver | { readonly file: string } | undefined;
  /**
   * Says of a visitor's address whether it belongs to a data centre; such a click is flagged as a robot's. Answers from
   * memory and at once. Default: the user agent alone is asked.
   */
  readonly isDataCentre?: ((ip: string) => boolean) | undefined;
  /** Postbacks to partners: where they may go, how often they are tried. */
  readonly partnerPostbacks?: PartnerPostbackOptions | undefined;
  /** How long rows are kept, in days. */
  readonly retention?: RetentionOptions | undefined;
}

/** Days after which rows are removed; `false` keeps them for ever. */
export interface RetentionOptions {
  /** Clicks. Conversions stay and keep what they know of theirs; reports from sums keep counting them. Default `false`. */
  readonly clicks?: number | false | undefined;
  /** Conversions with their ledger; reports that are answered from sums keep counting them. Default `false`. */
  readonly conversions?: number | false | undefined;
  /** The inbound log. Default 90. */
  readonly inboundLog?: number | false | undefined;
  /** The log of what partners were told, and with it what was never delivered. At least 7. Default 90. */
  readonly outboundLog?: number | false | undefined;
  /**
   * The ids of deliveries that had their effect; a message that comes again under its id after this is judged by its
   * transaction id alone. At least 7, since senders try for days. Default 90.
   */
  readonly seenDeliveries?: number | false | undefined;
}

/** The `HttpOnly` click cookie of the first-party hop and of `/_c/click`. */
export interface FirstPartyCookieOptions {
  /** Default `_clk_s`; different from the name that sdk-browser writes, since a script must never rewrite a server's cookie. */
  readonly name?: string | undefined;
  /** Default: the longest domain that the hop and the destination share, so that the landing page receives it. */
  readonly domain?: string | undefined;
  /** Life in seconds, from the newest click. Default 30 days; at most 400 days, as browsers have it. */
  readonly maxAgeSeconds?: number | undefined;
}

/** Class decorators by the kind of route. */
export interface TrackerDecorators {
  /** For what visitors, partners and advertisers call: clicks, postbacks, messages, pixels, health. */
  readonly public?: readonly ClassDecorator[] | undefined;
  /** For the routes behind `adminToken` or `guard`. */
  readonly management?: readonly ClassDecorator[] | undefined;
}

/** What is decided when the module is declared, and therefore stands beside `useFactory`, not in it. */
export interface TrackerModuleExtras {
  /** Prefix of every route, for example `tracking`. Default none. */
  readonly path?: string | undefined;
  /**
   * `false`: services only. No route, no body parser and no listener of the application is touched, and neither `rawBody`
   * nor an `adminToken` is needed. Default true.
   */
  readonly controllers?: boolean | undefined;
  /**
   * Class decorators for the tracker's controllers, for what the host's global guards and interceptors look at:
   * `{ management: [Public()] }` where a global guard lets in what is marked so, `[Roles('admin')]`.
   */
  readonly decorators?: TrackerDecorators | undefined;
  /** The host's own guard for the management routes, instead of the bearer token. */
  readonly guard?: Type<CanActivate> | CanActivate | undefined;
  /**
   * Which routes the host's global guards (`APP_GUARD`, `useGlobalGuards`) are asked for. `management`: not for the public
   * ones, which visitors and networks call without a login. `all`: for those, too, as for every route of the application.
   * Default `management`.
   */
  readonly globalGuards?: 'management' | 'all' | undefined;
  /** Name of the host's TypeORM data source (`TypeOrmModule.forRoot({ name })`) when no `database` or `dataSource` is given. Default `default`. */
  readonly dataSourceName?: string | undefined;
  /** Registers the module globally. Default false. */
  readonly isGlobal?: boolean | undefined;
}

/** Injection token of the extras. */
export const TRACKER_EXTRAS = Symbol('TRACKER_EXTRAS');
