import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isObject, type Json, parseJson } from '../json.js';
import type { WireRequest } from './build-request.js';
import type { Target } from './target.js';

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Json;
}

/** Sends requests as they are given: nothing is added to the path, redirects are not followed. */
export class HttpClient {
  readonly #agent: HttpAgent;
  readonly #base: URL;

  constructor(private readonly target: Target) {
    this.#base = new URL(target.url);
    this.#agent = this.#secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  /** @throws Error when there is no answer within the time */
  send({ method, path, headers, body }: WireRequest): Promise<Answer> {
    const { promise, resolve, reject } = deferred<Answer>();
    const { hostname, port, pathname } = this.#base;
    const options = {
      agent: this.#agent,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path: pathname.replace(/\/$/, '') + path,
      headers: { 'user-agent': 'tallyback-conformance', ...(body && { 'content-length': body.length }), ...headers },
      signal: AbortSignal.timeout(this.target.timeoutMs),
    };
    const request = (this.#secure ? httpsRequest : httpRequest)(options, (response) => {
      read(response).then(resolve, reject);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A connection that the receiver closed while nobody used it: the request has not arrived.
      if (request.reusedSocket && error.code === 'ECONNRESET') {
        this.send({ method, path, headers, body }).then(resolve, reject);
        return;
      }
      const late = error.name === 'AbortError' || error.name === 'TimeoutError';
      const why = late ? `nothing came within ${this.target.timeoutMs} ms` : error.code || error.message;
      reject(new Error(`no answer: ${why}`));
    });
    request.end(body);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }

  get #secure(): boolean {
    return this.#base.protocol === 'https:';
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const body = parseJson(Buffer.concat(chunks).toString('utf8'));
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    headers: response.headers,
    body: isObject(body) ? body : {},
  };
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}
