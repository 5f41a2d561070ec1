import { Inject, Injectable } from '@nestjs/common';
import { type AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import { TRACKER_EXTRAS, type TrackerModuleExtras } from '../tracker.options.js';
import { InboundRoutes } from './inbound-routes.js';

interface ExpressRequest {
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

interface ExpressAdapter extends AbstractHttpAdapter {
  useBodyParser(type: string, rawBody: boolean, options?: object): this;
}

interface FastifyRoute {
  readonly url: string;
  bodyLimit?: number;
}

/**
 * Lets the routes that say so take larger bodies than the host's parsers do, and leaves every other route alone. Nothing
 * larger is kept in memory: both adapters count while they read.
 */
@Injectable()
export class BodyLimits {
  constructor(
    host: HttpAdapterHost,
    private readonly routes: InboundRoutes,
    @Inject(TRACKER_EXTRAS) { controllers = true }: TrackerModuleExtras,
  ) {
    if (!controllers) return;
    // The adapter is there already, except under Nest's testing module, which sets it after the providers exist.
    if (host.httpAdapter) this.watch(host.httpAdapter);
    else host.init$.subscribe(() => this.watch(host.httpAdapter));
  }

  private watch(adapter: AbstractHttpAdapter | undefined): void {
    if (adapter?.getType() === 'fastify') {
      adapter.getInstance().addHook('onRoute', (route: FastifyRoute) => {
        const limit = this.routes.find(route.url)?.maxBodyBytes;
        if (limit !== undefined) route.bodyLimit = Math.max(limit, route.bodyLimit ?? 0);
      });
    } else if (adapter?.getType() === 'express') this.beforeParsers(adapter as ExpressAdapter);
  }

  /** Express has one parser for all routes, so ours has to come before it. */
  private beforeParsers(adapter: ExpressAdapter): void {
    const use = adapter.useBodyParser.bind(adapter);
    const register = adapter.registerParserMiddleware.bind(adapter);
    let installed = false;
    const install = () => {
      if (installed) return;
      installed = true;
      const limits = new Set([...this.routes.all()].flatMap(({ maxBodyBytes }) => maxBodyBytes ?? []));
      for (const limit of limits) {
        const type = (request: ExpressRequest) => this.limitOf(request) === limit;
        // Raw: the bytes are what is signed, and the JSON parser would be taken for the host's own.
        use('raw', true, { limit, type, inflate: false });
      }
    };
    adapter.useBodyParser = (...args) => {
      install();
      return use(...args);
    };
    adapter.registerParserMiddleware = (...args) => {
      install();
      return register(...args);
    };
  }

  private limitOf({ originalUrl, headers }: ExpressRequest): number | undefined {
    if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return undefined;
    return this.routes.find(originalUrl.split('?')[0] ?? '')?.maxBodyBytes;
  }
}
