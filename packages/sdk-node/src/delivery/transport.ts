import pRetry from 'p-retry';
import { Pool } from 'undici';
import type { Answer, Destination, OutgoingRequest } from '../destinations/destination.js';
import { AnswerHandler } from './answer-handler.js';
import { guardedConnector } from './guarded-connector.js';
import { Running } from './running.js';

/** The attempt took longer than it may. */
export class AttemptTimeoutError extends Error {
  readonly code = 'attempt_timeout';
}

/** The SDK is being closed; the attempt was cut off by ourselves. */
export class AttemptAbortedError extends Error {
  readonly code = 'attempt_aborted';
}

/** A socket that died with the request on it, often a keep-alive connection that the server had just closed. */
const CUT = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const QUICK_TRIES = 2;

/** HTTP for one destination: keep-alive pools per origin, no redirects, bounded in time and in what is read. */
export class Transport {
  readonly #pools = new Map<string, Pool>();
  readonly #running = new Running<AnswerHandler>((handler) => {
    handler.abort(new AttemptTimeoutError('no complete answer in time'));
  });
  #stopped = false;

  /**
   * @param connections how many sockets per origin
   * @param addressPolicy `public`: private addresses are refused when connecting
   */
  constructor(
    private readonly connections: number,
    private readonly connectTimeoutMs: number,
    private readonly addressPolicy: Destination['addressPolicy'] = 'any',
  ) {}

  /**
   * One attempt. A request whose socket was cut is sent again at once, up to twice and within the same time limit: the
   * receiver recognises its id. A refused connection is not: nobody is there.
   *
   * @throws {AttemptTimeoutError} {@link AttemptAbortedError}, or undici's and Node's socket errors
   */
  send(request: OutgoingRequest, timeoutMs: number): Promise<Answer> {
    const end = performance.now() + timeoutMs;
    return new Promise((resolve, reject) => {
      this.#once(request, end, resolve, (error) => {
        if (this.#wasCut(error)) this.#again(request, end).then(resolve, reject);
        else reject(error);
      });
    });
  }

  /** Cuts off everything that runs and refuses more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const handler of this.#running.all()) handler.abort(aborted());
    this.#running.stop();
    await Promise.allSettled([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  #wasCut(error: unknown): boolean {
    return !this.#stopped && CUT.has(codeOf(error));
  }

  #again(request: OutgoingRequest, end: number): Promise<Answer> {
    const once = () => new Promise<Answer>((resolve, reject) => this.#once(request, end, resolve, reject));
    return pRetry(once, {
      retries: QUICK_TRIES - 1,
      minTimeout: 50,
      randomize: true,
      maxRetryTime: Math.max(0, end - performance.now()),
      shouldRetry: ({ error }) => this.#wasCut(error),
    });
  }

  /** Throws what is wrong with the request itself. */
  #once(
    request: OutgoingRequest,
    end: number,
    resolve: (answer: Answer) => void,
    reject: (error: Error) => void,
  ): void {
    if (this.#stopped) throw aborted();
    const { origin, path, method, headers, body } = request;
    // First: an origin that is none throws, and must leave nothing behind.
    const pool = this.#pool(origin);
    const handler = new AnswerHandler(
      (answer) => {
        this.#running.remove(slot);
        resolve(answer);
      },
      (error) => {
        this.#running.remove(slot);
        reject(error);
      },
    );
    const slot = this.#running.add(handler, end);
    pool.dispatch({ path, method, headers, body: body ?? null }, handler);
  }

  #pool(origin: string): Pool {
    let pool = this.#pools.get(origin);
    if (!pool) {
      // Our own timer covers the whole attempt, so undici's separate ones are off.
      const timeouts = { headersTimeout: 0, bodyTimeout: 0, connectTimeout: this.connectTimeoutMs };
      const connect = this.addressPolicy === 'public' ? { connect: guardedConnector(this.connectTimeoutMs) } : {};
      pool = new Pool(origin, { connections: this.connections, pipelining: 1, ...timeouts, ...connect });
      this.#pools.set(origin, pool);
    }
    return pool;
  }
}

function aborted(): AttemptAbortedError {
  return new AttemptAbortedError('cut off because the SDK is being closed');
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
