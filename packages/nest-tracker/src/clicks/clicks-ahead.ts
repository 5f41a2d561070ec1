import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { HttpReply } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { routePath } from '../http/route-path.js';
import { TRACKER_EXTRAS, TRACKER_OPTIONS, type TrackerModuleExtras, type TrackerOptions } from '../tracker.options.js';
import { ClickLinks } from './click-links.service.js';

const KEY = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/**
 * Answers plain click links on the HTTP server itself, before the framework looks at them. Everything that is not as plain
 * goes the usual way: other methods, keys that have to be decoded, and requests that came over a proxy, whose word about
 * the visitor's address the adapter's own setting judges.
 */
@Injectable()
export class ClicksAhead implements OnApplicationBootstrap {
  private readonly logger = new Logger(ClicksAhead.name);

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly links: ClickLinks,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
    @Inject(TRACKER_EXTRAS) private readonly extras: TrackerModuleExtras,
  ) {}

  onApplicationBootstrap(): void {
    const server: Server | undefined = this.host.httpAdapter?.getHttpServer();
    if (!this.options.clicksAheadOfMiddleware || !server) return;
    // Where routes are moved in ways that only the framework knows it is left to it.
    if (this.config.getVersioning() || this.config.getGlobalPrefixOptions().exclude?.length) return;
    const prefix = `${routePath(routePath(this.config.getGlobalPrefix(), this.extras.path ?? ''), 'c')}/`;
    const listeners = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.take(prefix, request, response)) return;
      for (const listener of listeners) listener.call(server, request, response);
    });
  }

  private take(prefix: string, request: IncomingMessage, response: ServerResponse): boolean {
    const { url = '', method, headers, socket } = request;
    if (method !== 'GET' || !url.startsWith(prefix)) return false;
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    const key = path.slice(prefix.length);
    if (!KEY.test(key) || headers['x-forwarded-for'] || headers['x-forwarded-proto'] || headers.forwarded) return false;
    const visit: HttpRequest = {
      method,
      path,
      query: mark === -1 ? '' : url.slice(mark + 1),
      headers,
      ip: socket.remoteAddress,
      secure: 'encrypted' in socket,
      rawBody: undefined,
    };
    this.links
      .visit(key, visit, false)
      .then((reply) => write(response, reply))
      .catch((error: Error) => {
        this.logger.error(`A click link failed: ${error.name}: ${error.message}`);
        write(response, { status: 500 });
      });
    return true;
  }
}

function write(response: ServerResponse, { status, headers = {}, body = '' }: HttpReply): void {
  response.writeHead(status, { ...(headers as Record<string, string>), 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
