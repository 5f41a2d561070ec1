import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What the tracker reads of a request; the same over Express and Fastify. */
export interface HttpRequest {
  readonly method: string;
  /** Path as on the request line, still percent-encoded. */
  readonly path: string;
  /** Query as on the request line, without the question mark. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The peer, or what the adapter's own proxy setting (`trust proxy`, `trustProxy`) takes it to be. */
  readonly ip: string | undefined;
  /** Whether the visitor's connection is https, by the same setting. */
  readonly secure: boolean;
  /** Body bytes as they came; undefined when there were none or no parser took them. */
  readonly rawBody: Buffer | undefined;
}

/** Express's and Fastify's request have these in common under Nest. */
interface AdapterRequest {
  readonly raw?: IncomingMessage;
  readonly originalUrl?: string;
  readonly url?: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly ip?: string;
  readonly protocol?: string;
  readonly rawBody?: Buffer;
}

/** Reads an Express or Fastify request. */
export function readHttpRequest(request: unknown): HttpRequest {
  const { originalUrl, raw, url, method, headers, ip, protocol, rawBody } = request as AdapterRequest;
  const target = originalUrl ?? raw?.url ?? url ?? '/';
  const mark = target.indexOf('?');
  return {
    method,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? '' : target.slice(mark + 1),
    headers,
    ip,
    secure: protocol === 'https',
    rawBody,
  };
}

/** Whether the request says that it has a body, read or not. */
export function hasBody(request: HttpRequest): boolean {
  return Number(header(request, 'content-length') ?? 0) > 0 || header(request, 'transfer-encoding') !== undefined;
}

/** Whether the body is a form by its content type. */
export function isForm(request: HttpRequest): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(header(request, 'content-type') ?? '');
}

/** A header's value, the first one when it was sent several times. */
export function header(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
