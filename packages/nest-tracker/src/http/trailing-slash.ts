import { Injectable, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { routesOf } from './routes-of.js';

/** A route as Fastify tells it when it is registered. */
interface FastifyRoute {
  readonly method: string | string[];
  readonly url: string;
  readonly handler: unknown;
  readonly config?: Readonly<Record<string | symbol, unknown>>;
}

/** The part of a Fastify instance that is used here. */
interface FastifyRoutes {
  readonly initialConfig: {
    readonly ignoreTrailingSlash?: boolean;
    readonly routerOptions?: { readonly ignoreTrailingSlash?: boolean };
  };
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): unknown;
  hasRoute(route: Pick<FastifyRoute, 'method' | 'url'>): boolean;
  route(route: FastifyRoute): unknown;
}

/** Where Nest's Fastify adapter looks for what its `@RouteConfig()` says of a handler; that package need not be there. */
const ROUTE_CONFIG = '__fastify_route_config__';
const OURS = Symbol('a route of the tracker');

/** Has the routes of these controllers known again, wherever the host moves them. */
export function markRoutes(controllers: readonly Type[]): void {
  for (const { handler } of routesOf(controllers)) Reflect.defineMetadata(ROUTE_CONFIG, { [OURS]: true }, handler);
}

/**
 * Addresses with a slash at their end, which people, mail programs and HTTP clients add: `/c/spring/` is `/c/spring` to
 * Express, but another route to Fastify, and Nest takes the slash off every route that a controller declares. The host's
 * routes stay as they are.
 */
@Injectable()
export class TrailingSlash implements OnApplicationBootstrap {
  private readonly routes: FastifyRoute[] = [];

  constructor(private readonly host: HttpAdapterHost) {}

  /** Must run before the routes are registered. */
  install(): void {
    this.fastify?.addHook('onRoute', (route) => {
      // Fastify itself adds HEAD to every GET, also to those that are added below.
      if (route.config?.[OURS] === true && route.method !== 'HEAD') this.routes.push({ ...route });
    });
  }

  /** Last of all, so that what the host has at such an address is the host's. */
  onApplicationBootstrap(): void {
    const { fastify } = this;
    if (!fastify) return;
    for (const { method, url, handler } of this.routes.splice(0)) {
      const route = { method, url: `${url}/`, handler };
      if (!fastify.hasRoute(route)) fastify.route(route);
    }
  }

  /** Undefined where a slash makes no difference as it is. */
  private get fastify(): FastifyRoutes | undefined {
    const { httpAdapter } = this.host;
    if (httpAdapter?.getType() !== 'fastify') return undefined;
    const fastify = httpAdapter.getInstance<FastifyRoutes>();
    const { ignoreTrailingSlash, routerOptions } = fastify.initialConfig;
    return ignoreTrailingSlash || routerOptions?.ignoreTrailingSlash ? undefined : fastify;
  }
}
