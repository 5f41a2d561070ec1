import { Controller, Delete, Inject, Options, Post, Req, Res } from '@nestjs/common';
import { syncCookie } from '@tallyback/sdk-node/landing';
import { CatalogService } from '../catalog/catalog.service.js';
import { corsHeaders, preflightReply } from '../http/cors.js';
import { HttpReplier, type HttpReply } from '../http/http-reply.js';
import { type HttpRequest, header } from '../http/http-request.js';
import { problemReply } from '../http/problem-reply.js';
import { PublicRequest } from '../http/public-request.js';
import { BodyTooLargeError, readTextBody } from '../http/read-text-body.js';
import { Clock } from '../storage/clock.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { isAllowedOrigin } from './direct-click-origins.js';
import { hopAddress, sharedDomain } from './first-party-cookie.js';

const MAX_BODY_BYTES = 16 * 1024;

/** The cookie of the first-party hop, for the scripts of the shop's pages, which cannot see it. */
@Controller('_c/click')
export class ClickCookieController {
  constructor(
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
    private readonly replier: HttpReplier,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  /** `POST /_c/click`: keeps the clicks that sdk-browser's `sync()` posts, and answers those that the cookie knows. */
  @Post()
  async keep(@PublicRequest() request: HttpRequest, @Req() incoming: object, @Res() response: unknown): Promise<void> {
    this.replier.send(response, await this.reply(request, incoming));
  }

  /** `DELETE /_c/click`: the visitor does not agree any more. */
  @Delete()
  async forget(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, await this.reply(request, {}));
  }

  /** `OPTIONS /_c/click`: the preflight of a page on another host. */
  @Options()
  async preflight(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    this.replier.send(response, preflightReply(await this.cors(request), 'POST, DELETE'));
  }

  private async reply(request: HttpRequest, incoming: object): Promise<HttpReply> {
    const cors = await this.cors(request);
    const origin = header(request, 'origin');
    const origins = origin !== undefined && 'access-control-allow-origin' in cors ? [origin] : [];
    if (origin !== undefined && this.isOpenToTampering(origin, request)) return { status: 403, headers: cors };
    try {
      const { status, body, cookies } = this.sync(request, await readTextBody(incoming, MAX_BODY_BYTES), origins);
      const headers = { 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8', ...cors };
      return { status, body, headers: cookies.length > 0 ? { ...headers, 'set-cookie': cookies } : headers };
    } catch (error) {
      if (!(error instanceof BodyTooLargeError)) throw error;
      const reply = problemReply({ reason: 'body_too_large', detail: error.message });
      return { ...reply, headers: { ...reply.headers, ...cors } };
    }
  }

  private sync(request: HttpRequest, posted: string, origins: readonly string[]) {
    const { host, secure } = hopAddress(request, this.options);
    const { name, domain, maxAgeSeconds } = this.options.firstPartyCookie ?? {};
    const cookies: string[] = [];
    const response = { headers: { append: (_: string, cookie: string) => void cookies.push(cookie), has: () => true } };
    const asked = { method: request.method, url: 'http://tracker/', headers: { ...request.headers, host } };
    const synced = syncCookie(asked, response, posted, {
      ...(name === undefined ? {} : { name }),
      domain: domain ?? (origins[0] && sharedDomain(host, new URL(origins[0]).hostname)),
      secure,
      windowSeconds: maxAgeSeconds,
      origins,
      now: () => this.clock.now(),
    });
    return { ...synced, cookies };
  }

  private cors(request: HttpRequest): Promise<Record<string, string>> {
    return corsHeaders(
      request,
      async (origin) =>
        !this.isOpenToTampering(origin, request) &&
        isAllowedOrigin(origin, await this.catalog.snapshot(), this.namedOrigins),
    );
  }

  /** Whoever is on the way of an unencrypted page can make it ask for what travels encrypted. */
  private isOpenToTampering(origin: string, request: HttpRequest): boolean {
    if (!hopAddress(request, this.options).secure || this.namedOrigins.includes(origin)) return false;
    return URL.canParse(origin) && new URL(origin).protocol === 'http:' && !isLoopback(new URL(origin).hostname);
  }

  /** `*` is not for cookies: any page could put a click of its own into the visitor's pocket by sending a form. */
  private get namedOrigins(): readonly string[] {
    return this.options.directClickOrigins?.filter((known) => known !== '*') ?? [];
  }
}

/** The visitor's own machine, where nobody is on the way. */
function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
