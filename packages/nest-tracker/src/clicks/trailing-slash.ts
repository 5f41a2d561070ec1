import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { HttpReplier } from '../http/http-reply.js';
import { readHttpRequest } from '../http/http-request.js';
import { routePath } from '../http/route-path.js';
import { TRACKER_EXTRAS, type TrackerModuleExtras } from '../tracker.options.js';
import { ClickLinks } from './click-links.service.js';
import { mayKeepClick } from './first-party-cookie.js';

/** The part of a Fastify instance that is used here. */
interface FastifyRoutes {
  readonly initialConfig: {
    readonly ignoreTrailingSlash?: boolean;
    readonly routerOptions?: { readonly ignoreTrailingSlash?: boolean };
  };
  get(url: string, handler: (request: { params: { campaign: string } }, reply: unknown) => Promise<unknown>): unknown;
}

/**
 * Click links with a slash at their end, which people and mail programs add: `/c/spring/` is `/c/spring` to Express, but
 * another route to Fastify, and Nest takes the slash off every route that a controller declares.
 */
@Injectable()
export class TrailingSlash implements OnApplicationBootstrap {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly links: ClickLinks,
    private readonly replier: HttpReplier,
    @Inject(TRACKER_EXTRAS) private readonly extras: TrackerModuleExtras,
  ) {}

  onApplicationBootstrap(): void {
    const { httpAdapter } = this.host;
    if (httpAdapter?.getType() !== 'fastify' || this.extras.controllers === false) return;
    // Where routes are moved in ways that only the framework knows, they stay as it has them.
    if (this.config.getVersioning() || this.config.getGlobalPrefixOptions().exclude?.length) return;
    const fastify = httpAdapter.getInstance<FastifyRoutes>();
    const { initialConfig } = fastify;
    if (initialConfig.ignoreTrailingSlash || initialConfig.routerOptions?.ignoreTrailingSlash) return;
    const base = routePath(this.config.getGlobalPrefix(), this.extras.path ?? '');
    for (const route of ['c', 'o']) {
      fastify.get(`${routePath(base, route)}/:campaign/`, async (incoming, reply) => {
        const request = readHttpRequest(incoming);
        const firstParty = route === 'o' && mayKeepClick(request);
        this.replier.send(reply, await this.links.visit(incoming.params.campaign, request, firstParty));
        return reply;
      });
    }
  }
}
