import { BadRequestException } from '@nestjs/common';
import type { HttpRequest } from '../http/http-request.js';
import { readJsonBody } from '../http/read-json-body.js';

/** A postback to be tried. */
export interface PostbackTest {
  readonly request: HttpRequest;
  /** Whether the sender need not prove itself, for who has no secret at hand. */
  readonly skipProof: boolean;
}

const FIELDS = ['method', 'url', 'headers', 'body', 'ip', 'skipProof'] as const;
/** The content types whose bodies the body parsers of Nest take. */
const PARSED = /^application\/(json|x-www-form-urlencoded)\b/i;

/**
 * Reads `{ "method"?, "url", "headers"?, "body"?, "ip"?, "skipProof"? }`: `url` is a path with its query or an absolute
 * URL, `method` is POST with a body and GET without unless given, a `body` that is an object is sent as JSON.
 *
 * @throws BadRequestException naming the field.
 */
export function readPostbackTest(request: HttpRequest): PostbackTest {
  const given = readJsonBody(request, FIELDS);
  const { skipProof = false } = given;
  if (typeof skipProof !== 'boolean') throw new BadRequestException('"skipProof" must be true or false.');
  const headers = readHeaders(given.headers);
  const body = readBody(given.body);
  if (body !== undefined) {
    headers['content-length'] = String(body.length);
    if (typeof given.body === 'object') headers['content-type'] ??= 'application/json';
  }
  const { path, query } = readUrl(given.url);
  return {
    skipProof,
    request: {
      method: readMethod(given.method ?? (body === undefined ? 'GET' : 'POST')),
      path,
      query,
      headers,
      ip: readText('ip', given.ip),
      secure: true,
      // As in a live request: what no parser takes does not reach the reader.
      rawBody: PARSED.test(headers['content-type'] ?? '') ? body : undefined,
    },
  };
}

function readMethod(method: unknown): string {
  if (typeof method === 'string' && /^(GET|POST|HEAD)$/i.test(method)) return method.toUpperCase();
  throw new BadRequestException('"method" must be GET, POST or HEAD.');
}

function readUrl(url: unknown): { path: string; query: string } {
  const target = readText('url', url);
  if (target?.startsWith('/')) {
    const mark = target.indexOf('?');
    return mark === -1 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
  }
  if (target !== undefined && URL.canParse(target)) {
    const { pathname, search } = new URL(target);
    return { path: pathname, query: search.slice(1) };
  }
  throw new BadRequestException(
    '"url" must be a path with its query, such as "/postback?clickid=…", or an absolute URL.',
  );
}

function readHeaders(headers: unknown): Record<string, string> {
  if (headers === undefined) return {};
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new BadRequestException('"headers" must be an object of names and values.');
  }
  const entries = Object.entries(headers).map(([name, value]) => {
    if (typeof value !== 'string') throw new BadRequestException(`"headers.${name.slice(0, 64)}" must be a string.`);
    return [name.toLowerCase(), value] as const;
  });
  return Object.fromEntries(entries);
}

function readBody(body: unknown): Buffer | undefined {
  if (body === undefined || body === null || body === '') return undefined;
  if (typeof body === 'string') return Buffer.from(body, 'utf8');
  if (typeof body === 'object') return Buffer.from(JSON.stringify(body), 'utf8');
  throw new BadRequestException('"body" must be a string, or an object to be sent as JSON.');
}

function readText(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new BadRequestException(`"${name}" must be a string.`);
}
