import { Inject, Injectable } from '@nestjs/common';
import { DirectClicksController, MAX_BODY_BYTES } from '../clicks/direct-clicks.controller.js';
import { DirectClicks } from '../clicks/direct-clicks.service.js';
import { MANAGEMENT } from '../tracker.module-definition.js';
import { TRACKER_EXTRAS, type TrackerModuleExtras } from '../tracker.options.js';
import { corsHeaders } from './cors.js';
import type { HttpReply } from './http-reply.js';
import type { HttpRequest } from './http-request.js';
import { problemReply, type Refusal } from './problem-reply.js';
import { routesOf } from './routes-of.js';

/** What a body parser throws: Express's parsers name a type, Fastify a code. */
export interface ParserError {
  readonly name?: string;
  readonly code?: string;
  readonly type?: string;
  readonly status?: number;
  readonly statusCode?: number;
}

type Kind = 'management' | 'click';

/**
 * Answers what the host's body parsers refuse on management routes and on `POST /v1/clicks`, in the words of those routes.
 * Parsers run before any controller, so that the sender would read an answer of the host's that says nothing.
 */
@Injectable()
export class UnreadBodies {
  private readonly patterns: readonly (readonly [RegExp, Kind])[];

  constructor(
    private readonly clicks: DirectClicks,
    @Inject(TRACKER_EXTRAS) { path = '' }: TrackerModuleExtras,
  ) {
    const patterns = (controllers: Parameters<typeof routesOf>[0], kind: Kind) =>
      routesOf(controllers)
        .filter(({ method }) => method !== 'GET')
        .map((route) => [compile(`${path}${route.path}`), kind] as const);
    this.patterns = [...patterns([DirectClicksController], 'click'), ...patterns(MANAGEMENT, 'management')];
  }

  /** Whether the path, as on the request line or as a route is declared, is one of these; a prefix of the host's may stand before it. */
  knows(path: string): boolean {
    return this.kindOf(path) !== undefined;
  }

  /** Whether the path is one of a management route, some of which need no body. */
  isManagement(path: string): boolean {
    return this.kindOf(path) === 'management';
  }

  /** The answer; undefined for an error that no parser has made. */
  async answer(error: ParserError, request: HttpRequest): Promise<HttpReply | undefined> {
    const kind = this.kindOf(request.path);
    const refusal = kind && refusalOf(error, kind);
    if (!refusal) return undefined;
    const reply = problemReply({ ...refusal, field: 'body' });
    if (kind === 'management') return reply;
    const cors = await corsHeaders(request, (origin) => this.clicks.mayAsk(origin).catch(() => false));
    return { ...reply, headers: { ...reply.headers, ...cors } };
  }

  private kindOf(path: string): Kind | undefined {
    return this.patterns.find(([pattern]) => pattern.test(path))?.[1];
  }
}

/** The parser's own words stay out of it: they quote the body, which may hold personal data. */
function refusalOf(
  { name, code = '', type, status, statusCode = status }: ParserError,
  kind: Kind,
): Refusal | undefined {
  if (type === undefined && name !== 'SyntaxError' && !code.startsWith('FST_ERR_CTP_')) return undefined;
  if (statusCode === 413) {
    const detail =
      kind === 'click' ? `The body may have ${MAX_BODY_BYTES} bytes.` : 'The body is larger than is taken here.';
    return { reason: 'body_too_large', detail };
  }
  const detail =
    statusCode === 415
      ? 'The body must be JSON, sent as application/json.'
      : code === 'FST_ERR_CTP_EMPTY_JSON_BODY'
        ? 'The body is empty: send {}, or no content type.'
        : 'The body is not valid JSON (or not what its content type says it is).';
  return { reason: 'malformed_request', detail };
}

function compile(route: string): RegExp {
  const segments = route
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (segment.startsWith(':') ? '[^/]+' : segment.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  // Express takes a trailing slash and other capitals for the same route.
  return new RegExp(`(?:^|/)${segments.join('/')}/?$`, 'i');
}
