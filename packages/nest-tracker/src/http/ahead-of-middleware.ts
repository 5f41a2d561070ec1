import type { IncomingHttpHeaders, IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { TRACKER_EXTRAS, type TrackerModuleExtras } from '../tracker.options.js';
import type { HttpReply } from './http-reply.js';
import { type HttpRequest, readHttpRequest } from './http-request.js';
import { routePath } from './route-path.js';
import { StorageErrors } from './storage-errors.filter.js';

/** Answers a request of the HTTP server itself, or leaves it to whoever comes next; says whether it has taken it. */
export type TakeAhead = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Has hot routes answered on the HTTP server, before the framework looks at them: it takes longer over a request than the
 * tracker itself.
 */
@Injectable()
export class AheadOfMiddleware {
  private readonly logger = new Logger(AheadOfMiddleware.name);

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly storageErrors: StorageErrors,
    @Inject(TRACKER_EXTRAS) private readonly extras: TrackerModuleExtras,
  ) {}

  /**
   * To be called when the routes are there. Without an HTTP server, and where routes are moved in ways that only the
   * framework knows, everything is left to it.
   *
   * @param route Below the module's prefix.
   * @param taking Makes what takes requests, given the whole path of the route.
   */
  install(route: string, taking: (path: string) => TakeAhead): void {
    const server: Server | undefined = this.host.httpAdapter?.getHttpServer();
    if (!server || this.config.getVersioning() || this.config.getGlobalPrefixOptions().exclude?.length) return;
    const take = taking(routePath(routePath(this.config.getGlobalPrefix(), this.extras.path ?? ''), route));
    const listeners = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (take(request, response)) return;
      for (const listener of listeners) listener.call(server, request, response);
    });
  }

  /** Answers a request that was taken, also when making the answer, or writing it, fails. */
  answer(response: ServerResponse, reply: Promise<HttpReply>): void {
    reply
      .then((made) => write(response, made))
      .catch((error: Error) => {
        const known = this.storageErrors.replyTo(error);
        if (!known) this.logger.error(`A request failed: ${error.name}: ${error.message}`);
        write(response, known ?? { status: 500 });
      });
  }
}

/** Whether a request came over a proxy, whose word about the address of who sent it the adapter's own setting judges. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return Boolean(headers['x-forwarded-for'] || headers['x-forwarded-proto'] || headers.forwarded);
}

/** A request that came without a proxy, as the adapters would read it. */
export function plainRequest({ url, method, headers, socket }: IncomingMessage, rawBody?: Buffer): HttpRequest {
  const protocol = 'encrypted' in socket ? 'https' : 'http';
  return readHttpRequest({ url, method, headers, ip: socket.remoteAddress, protocol, rawBody });
}

/** Writes an answer that is text, or nothing, with the headers that the adapters would write. */
function write(response: ServerResponse, { status, headers, body = '' }: HttpReply): void {
  const written: Record<string, string | number> = {
    ...(headers as Record<string, string> | undefined),
    'content-length': Buffer.byteLength(body),
  };
  const type = headers?.['content-type'];
  if (typeof type === 'string' && !type.includes(';')) written['content-type'] = `${type}; charset=utf-8`;
  response.writeHead(status, written);
  response.end(body);
}
