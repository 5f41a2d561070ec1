import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AheadOfMiddleware, isForwarded, plainRequest } from '../http/ahead-of-middleware.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { ClickLinks } from './click-links.service.js';

const KEY = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/**
 * Answers plain click links on the HTTP server itself, before the framework looks at them. Everything that is not as plain
 * goes the usual way: other methods, keys that have to be decoded, and requests that came over a proxy.
 */
@Injectable()
export class ClicksAhead implements OnApplicationBootstrap {
  constructor(
    private readonly ahead: AheadOfMiddleware,
    private readonly links: ClickLinks,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.options.clicksAheadOfMiddleware) return;
    this.ahead.install('c', (path) => (request, response) => this.take(`${path}/`, request, response));
  }

  private take(prefix: string, request: IncomingMessage, response: ServerResponse): boolean {
    const { url = '', method, headers } = request;
    if (method !== 'GET' || !url.startsWith(prefix) || isForwarded(headers)) return false;
    const visit = plainRequest(request);
    const key = visit.path.slice(prefix.length);
    if (!KEY.test(key)) return false;
    this.ahead.answer(response, this.links.visit(key, visit, false));
    return true;
  }
}
