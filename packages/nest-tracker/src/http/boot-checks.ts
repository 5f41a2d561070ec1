import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { type AbstractHttpAdapter, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { isWebUrl } from '../catalog/catalog-validators.js';
import { TRACKER_EXTRAS, TRACKER_OPTIONS, type TrackerModuleExtras, type TrackerOptions } from '../tracker.options.js';

/** Refuses to start an application that would run with a hole in it; the message says how to mend it. */
@Injectable()
export class BootChecks implements OnModuleInit, OnApplicationBootstrap {
  private rawBody: boolean | undefined;
  private adapter: AbstractHttpAdapter | undefined;

  constructor(
    host: HttpAdapterHost,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
    @Inject(TRACKER_EXTRAS) private readonly extras: TrackerModuleExtras,
    private readonly modules: ModulesContainer,
  ) {
    if (extras.controllers === false) return;
    // The adapter is there already, except under Nest's testing module, which sets it after the providers exist.
    if (host.httpAdapter) this.watch(host.httpAdapter);
    else host.init$.subscribe(() => this.watch(host.httpAdapter));
  }

  onModuleInit(): void {
    for (const name of ['fallbackUrl', 'publicUrl'] as const) {
      const value = this.options[name];
      if (value === undefined || isWebUrl(value)) continue;
      throw new Error(`TrackerModule: ${name} must be an absolute URL that starts with https:// or http://.`);
    }
    this.requireRoutesForWhatIsAhead();
  }

  /** To be called before the routes are declared. Nest knows one prefix per module class, so a second one has no place. */
  requireOneWithRoutes(): void {
    const withRoutes = [...this.modules.values()].filter(({ providers }) => {
      const extras = providers.get(TRACKER_EXTRAS)?.instance as TrackerModuleExtras | undefined;
      return extras !== undefined && extras.controllers !== false;
    });
    if (withRoutes.length <= 1) return;
    throw new Error(
      `TrackerModule is registered ${withRoutes.length} times in this application. Call forRoot() once, in the root module, ` +
        'with isGlobal: true when other modules inject its services; further ones need controllers: false.',
    );
  }

  onApplicationBootstrap(): void {
    // An application context without HTTP (a worker, a script) has no routes to protect.
    if (!this.adapter) return;
    this.requireRawBody();
    this.requireProtectedManagement();
  }

  private requireRoutesForWhatIsAhead(): void {
    if (this.extras.controllers !== false) return;
    const ahead = ['clicksAheadOfMiddleware', 'messagesAheadOfMiddleware'] as const;
    const asked = ahead.find((name) => this.options[name]);
    if (asked === undefined) return;
    throw new Error(
      `TrackerModule: ${asked} answers requests, but controllers: false asks for no routes. Leave one away.`,
    );
  }

  /** Nest tells nobody whether `rawBody` is on, except the adapter when it installs the body parsers. */
  private watch(adapter: AbstractHttpAdapter | undefined): void {
    if (!adapter) return;
    this.adapter = adapter;
    this.rawBody = false;
    const register = adapter.registerParserMiddleware.bind(adapter);
    adapter.registerParserMiddleware = (prefix?: string, rawBody?: boolean) => {
      this.rawBody = rawBody === true;
      return register(prefix, rawBody);
    };
  }

  private requireRawBody(): void {
    if (this.rawBody) return;
    throw new Error(
      'TrackerModule verifies signatures over the bytes of the body, but this application does not keep them. ' +
        'Create it with rawBody: NestFactory.create(AppModule, { rawBody: true }), and do not set bodyParser: false.',
    );
  }

  private requireProtectedManagement(): void {
    const { NODE_ENV } = process.env;
    if (this.options.adminToken || this.extras.guard || NODE_ENV === 'development' || NODE_ENV === 'test') return;
    throw new Error(
      'TrackerModule: the management routes (reports, logs, conversions) are unprotected. Set adminToken or pass a ' +
        'guard: TrackerModule.forRoot({ guard: YourGuard, … }). Only NODE_ENV=development and test may run without.',
    );
  }
}
