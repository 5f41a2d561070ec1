import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseJson } from '../json.js';
import { play } from './play.js';
import { type Act, type Attempt, findScene, type Scene } from './script.js';
import type { SenderSettings } from './settings.js';

/** Redirects lead here; the number of their scene follows. */
const TRAP = '/nobody-may-go-here/';

/** What a sender is told to send, in this order. */
export interface Plan {
  /** The base URL to send to. */
  readonly url: string;
  readonly advertiser: string;
  readonly messages: readonly { readonly type: string; readonly data: object }[];
}

/** The server that plays a receiver. */
export class Stage {
  /** What belongs to no case. */
  readonly faults: string[] = [];
  readonly #server: Server;
  readonly #scenes: readonly Scene[];
  readonly #playing = new Set<Promise<void>>();
  #url = '';
  #finished: () => void = () => {};
  #quiet: NodeJS.Timeout | undefined;

  constructor(
    acts: readonly Act[],
    private readonly settings: SenderSettings,
  ) {
    this.#scenes = acts.flatMap(({ scenes }) => scenes);
    this.#server = createServer((request, response) => {
      // A request that breaks off is no attempt that anybody could judge.
      const playing = this.#receive(request, response)
        .catch(() => {
          response.destroy();
        })
        .finally(() => {
          this.#playing.delete(playing);
        });
      this.#playing.add(playing);
    });
  }

  get plan(): Plan {
    const messages = this.#scenes.map(({ type, data }) => ({ type, data }));
    return { url: this.#url, advertiser: this.settings.advertiser, messages };
  }

  /** @throws Error when the port is in use */
  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    const { port: actual } = this.#server.address() as AddressInfo;
    this.#url = `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
  }

  /** Resolves when everything has come and nothing comes any more, when the time is over, or when it is told to. */
  async finished(signal?: AbortSignal): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#finished = resolve;
      limit = setTimeout(resolve, this.settings.limitMs);
      signal?.addEventListener('abort', () => resolve(), { once: true });
      if (signal?.aborted) resolve();
      this.#watch();
    });
    clearTimeout(limit);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    await Promise.all(this.#playing);
    // Last, as the end of each answer that was still on its way has set it anew.
    clearTimeout(this.#quiet);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const { method = '', url: path = '', headers } = request;
    const body = await read(request);
    if (method === 'GET' && path === '/plan') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.plan));
      return;
    }
    const scene = path.startsWith(TRAP) ? undefined : findScene(this.#scenes, parseJson(body.toString('utf8')));
    if (!scene) {
      this.#note(method, path);
      response.writeHead(404).end();
      return;
    }
    const answer = scene.answers[scene.attempts.length] ?? scene.answers.at(-1) ?? {};
    const attempt: Attempt = { method, path, headers, body, at, answer };
    scene.attempts.push(attempt);
    clearTimeout(this.#quiet);
    const trap = `${TRAP}${this.#scenes.indexOf(scene)}`;
    await play(attempt, response, this.settings.retryAfterSeconds, trap);
    this.#watch();
  }

  /** A request that belongs to no attempt. */
  #note(method: string, path: string): void {
    const strayed = path.startsWith(TRAP) ? this.#scenes[Number(path.slice(TRAP.length))]?.strayed : undefined;
    const request = `${method} ${path.slice(0, 120)}`;
    if (strayed) strayed.push(request);
    else this.faults.push(`${request} holds no message of the plan`);
  }

  #watch(): void {
    clearTimeout(this.#quiet);
    if (this.#scenes.every(isPlayed)) {
      this.#quiet = setTimeout(() => this.#finished(), this.settings.quietMs);
    }
  }
}

function isPlayed({ answers, attempts }: Scene): boolean {
  return attempts.length >= answers.length && attempts.every(({ answeredAt }) => answeredAt !== undefined);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
