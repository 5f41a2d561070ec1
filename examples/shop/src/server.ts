import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { plain, type Reply } from './reply.js';
import { FormTooLargeError, readForm } from './request-body.js';
import type { Shop } from './shop.js';
import { keepClick, keptClickId, syncClick } from './visitor-click.js';

// Nothing but files of our own origin, no inline script or style: text that slips through unescaped still does nothing.
// The one other host that scripts may talk to is the tracker.
function securityHeaders(clicksUrl?: string): Reply['headers'] {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${clicksUrl === undefined ? '' : new URL(clicksUrl).origin}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
  };
}

/**
 * Serves the shop over HTTP.
 *
 * @param clicksUrl where the pages report visitors who come by a plain link
 */
export function createShopServer(shop: Shop, log: (line: string) => void, clicksUrl?: string): Server {
  const always = securityHeaders(clicksUrl);
  return createServer((request, response) => {
    keepClick(request, response);
    answer(shop, request, response)
      .catch((error: unknown) => {
        if (error instanceof FormTooLargeError) return plain(413, error.message, { connection: 'close' });
        log(`${request.method} failed: ${error instanceof Error ? error.stack : String(error)}`);
        return plain(500, 'Something went wrong on our side. Please try again.');
      })
      .then((reply) => send(request, response, { ...reply, headers: { ...always, ...reply.headers } }))
      .catch(() => response.destroy());
  });
}

async function answer(shop: Shop, request: IncomingMessage, response: ServerResponse): Promise<Reply> {
  const target = `http://shop${request.url ?? '/'}`;
  if (!URL.canParse(target)) return plain(400, 'This address cannot be read.');
  const { pathname, searchParams } = new URL(target);
  if (pathname === '/_c/click') return syncClick(request, response);
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return shop.get(pathname, searchParams);
    case 'POST': {
      // Browsers say where a form comes from; one that another site sends in the visitor's name is refused.
      if (!['same-origin', undefined].includes(request.headers['sec-fetch-site'] as string | undefined)) {
        return plain(403, 'This form was sent from another site.');
      }
      const form = await readForm(request);
      // What the page's script has forgotten, the server's cookie may still know.
      if (!form.get('clickid')) form.set('clickid', keptClickId(request) ?? '');
      return shop.post(pathname, form);
    }
    default:
      return plain(405, 'Only GET, HEAD and POST are answered here.', { allow: 'GET, HEAD, POST' });
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  response.setHeaders(new Map(Object.entries(headers)));
  const { etag } = headers;
  if (etag !== undefined && request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) }).end(body);
}
