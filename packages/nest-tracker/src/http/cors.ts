import type { HttpReply } from './http-reply.js';
import { type HttpRequest, header } from './http-request.js';

const VARY = { vary: 'Origin' };

/** What lets a page of the request's origin read the answer, cookies included: with them the origin has to be named. */
export async function corsHeaders(
  request: HttpRequest,
  isAllowed: (origin: string) => Promise<boolean>,
): Promise<Record<string, string>> {
  const origin = header(request, 'origin');
  if (origin === undefined || !(await isAllowed(origin))) return VARY;
  return {
    ...VARY,
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after, tallyback-outcome, tallyback-reason',
  };
}

/** The answer to a preflight, with the headers of {@link corsHeaders}. */
export function preflightReply(cors: Record<string, string>, methods: string): HttpReply {
  const allowed = {
    'access-control-allow-methods': methods,
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': '600',
  };
  return { status: 204, headers: 'access-control-allow-origin' in cors ? { ...cors, ...allowed } : cors };
}
