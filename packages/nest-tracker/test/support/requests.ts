import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { ADMIN_TOKEN, type Tracker } from './start-tracker.js';

/** A person's browser; a client without a known one is a bot. */
export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';

export type Json = Record<string, unknown>;

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; empty when it is none. */
  readonly body: Json;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** One request written as it is given: no normalised path, any `Host` header, redirects not followed. */
export function send(tracker: Pick<Tracker, 'url'>, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { hostname, port } = new URL(tracker.url);
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const length =
      body === undefined || headers['transfer-encoding'] ? {} : { 'content-length': Buffer.byteLength(body) };
    const request = httpRequest(
      { hostname, port, path, method, headers: { 'user-agent': BROWSER, ...length, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: jsonOf(text) });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** Visits a campaign as a browser does; answers the click id that the redirect carries. */
export async function click(tracker: Tracker, campaign: string, query = ''): Promise<string> {
  const answer = await send(tracker, `/c/${campaign}${query && `?${query}`}`);
  const url = new URL(answer.headers.location ?? 'missing:');
  const id = url.searchParams.get('clickid') ?? url.searchParams.get('id');
  if (id === null) throw new Error(`No click id in the answer ${answer.status} ${answer.headers.location}`);
  return id;
}

export interface ManagementOptions {
  readonly method?: string;
  readonly body?: Json | undefined;
  /** Of what is changed; `*`: whatever is there. */
  readonly etag?: string | undefined;
}

/** A management request with the admin token; a body is sent as JSON. */
export function manage(
  tracker: Pick<Tracker, 'url'>,
  path: string,
  { method = 'GET', body, etag }: ManagementOptions = {},
): Promise<Answer> {
  const headers: Record<string, string> = { authorization: `Bearer ${ADMIN_TOKEN}` };
  if (etag !== undefined) headers['if-match'] = etag;
  if (body === undefined) return send(tracker, path, { method, headers });
  headers['content-type'] = 'application/json';
  return send(tracker, path, { method, headers, body: JSON.stringify(body) });
}

/** The newest rows of the inbound log that match the filters. */
export async function inboundLog(tracker: Pick<Tracker, 'url'>, filters: Record<string, string>): Promise<Json[]> {
  const answer = await manage(tracker, `/v1/postbacks/in?${new URLSearchParams(filters)}`);
  return answer.body.items as Json[];
}
