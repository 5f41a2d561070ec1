import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one request got and what it is answered with. */
export interface Visit {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An answer: a page, or text with a status and headers of its own. */
export type Answer = string | { status?: number; headers?: Record<string, string | string[]>; body: string };

/** A site on a loopback port, for any host name. */
export interface Site {
  /** The address of a path on a host, for example `url('www.shop.example', '/land')`. */
  url(host: string, path: string): string;
  /** Every request so far. */
  visits: Visit[];
  close(): Promise<void>;
}

/** Serves scripts by path, and pages by whatever `answer` makes of a visit; as a proxy, too, so for every host there is. */
export async function startSite(scripts: Record<string, string>, answer: (visit: Visit) => Answer): Promise<Site> {
  const visits: Visit[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const script = scripts[url.pathname];
    if (script !== undefined) {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
      return;
    }
    const visit = { method: request.method ?? '', url, headers: request.headers, body };
    visits.push(visit);
    const answered = answer(visit);
    const { status = 200, headers = {}, body: text } = typeof answered === 'string' ? { body: answered } : answered;
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (host, path) => `http://${host}:${port}${path}`,
    visits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
