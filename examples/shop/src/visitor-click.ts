import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type LandingConsent,
  type LandingOptions,
  landingClick,
  landingCookie,
  syncCookie,
} from '@tallyback/sdk-node/landing';
import type { Reply } from './reply.js';

/** The visitor's answer, which assets/consent.js keeps where the server sees it, too. */
const ANSWER = /(?:^|;\s*)fjell-consent=(granted|denied)(?:;|$)/;
const OPTIONS: LandingOptions<IncomingMessage> = {
  consent: ({ headers }) => (ANSWER.exec(headers.cookie ?? '')?.[1] as LandingConsent | undefined) ?? 'pending',
};

/** Keeps the click of a page's visitor in a cookie of the server, once the visitor agrees: browsers keep it longest. */
export function keepClick(request: IncomingMessage, response: ServerResponse): void {
  landingCookie(request, response, OPTIONS);
}

/** The click id that the visitor's browser still has, although its scripts may have forgotten it. */
export function keptClickId(request: IncomingMessage): string | undefined {
  return landingClick(request, OPTIONS)?.id;
}

/** The visitor has answered just now: the server's cookie is set from the script's one, or deleted, without a new page. */
export function syncClick(request: IncomingMessage, response: ServerResponse): Reply {
  const { status, body } = syncCookie(request, response, '');
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, body };
}
