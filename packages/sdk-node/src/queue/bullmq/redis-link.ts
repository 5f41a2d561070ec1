import type { Redis, RedisOptions } from 'ioredis';
import { within } from '../../deadline.js';
import { QueueUnavailableError } from '../../errors.js';
import { checkServer } from './check-server.js';
import { commandOf, SCRIPTS, type ScriptName } from './scripts.js';

export interface RedisLinkOptions {
  /** KEYS[1] of every script. */
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly acceptLoss: boolean;
}

type Script = (key: string, ...given: (string | number)[]) => Promise<unknown>;

/**
 * One connection of the queue's own, made at first use and again after it was lost. A call connects, runs or fails within
 * the time limit: nothing is kept for later, and nothing reconnects in the background.
 */
export class RedisLink {
  #client: Promise<Redis> | undefined;
  readonly #calls = new WeakMap<Redis, number>();

  constructor(
    private readonly connection: Redis | RedisOptions,
    private readonly options: RedisLinkOptions,
  ) {}

  async run(script: ScriptName, given: readonly (string | number)[]): Promise<unknown> {
    const connecting = this.#ready();
    const client = await connecting;
    const command = (client as unknown as Record<string, Script>)[commandOf(script)] as Script;
    this.#hold(client, 1);
    try {
      return await this.#bounded(command.call(client, this.options.prefix, ...given));
    } catch (error) {
      // A server that did not answer in time is given up with its connection: what it still does, it does for nobody.
      if (error instanceof QueueUnavailableError) {
        this.#drop(connecting);
        disconnect(client);
      }
      throw error;
    } finally {
      this.#hold(client, -1);
    }
  }

  /** Resolves when a connection is open and the server is fit to keep conversions. */
  async open(): Promise<void> {
    await this.#ready();
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    if (client) disconnect(client);
  }

  #ready(): Promise<Redis> {
    if (this.#client) return this.#client;
    const connecting = this.#connect();
    this.#client = connecting;
    const drop = () => this.#drop(connecting);
    connecting.then((client) => client.once('end', drop), drop);
    return connecting;
  }

  async #connect(): Promise<Redis> {
    const client = await this.#make();
    let reason: unknown;
    client.on('error', (error) => {
      reason = error;
    });
    try {
      await this.#bounded(client.connect());
      await this.#bounded(checkServer(client, this.options.acceptLoss));
    } catch (error) {
      disconnect(client);
      // "Connection is closed" is all that connect() says; the error before it tells why.
      throw reason && !(error instanceof QueueUnavailableError) ? reason : error;
    }
    // An open connection alone is no reason for the process to stay alive.
    client.stream.unref();
    return client;
  }

  async #make(): Promise<Redis> {
    const own = {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      reconnectOnError: null,
      connectTimeout: this.options.timeoutMs,
      connectionName: 'tallyback',
      scripts: SCRIPTS,
    };
    if (isClient(this.connection)) return this.connection.duplicate(own);
    const { Redis } = await ioredis();
    return new Redis({ ...this.connection, ...own });
  }

  async #bounded<T>(work: Promise<T>): Promise<T> {
    if (await within(work, this.options.timeoutMs)) return work;
    throw new QueueUnavailableError(`Redis did not answer within ${this.options.timeoutMs} ms.`);
  }

  #drop(client: Promise<Redis> | undefined): void {
    if (this.#client === client) this.#client = undefined;
  }

  /** The process stays alive for an answer, and only for that. */
  #hold(client: Redis, change: 1 | -1): void {
    const calls = (this.#calls.get(client) ?? 0) + change;
    this.#calls.set(client, calls);
    if (calls === 0) client.stream.unref();
    else client.stream.ref();
  }
}

/** Only who gives options needs it to be found from here: a client brings its own. */
async function ioredis() {
  try {
    return await import('ioredis');
  } catch (cause) {
    const { code } = cause as { code?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause;
    throw new QueueUnavailableError('bullmqQueue() needs ioredis, which is not installed: npm install ioredis@5', {
      cause,
    });
  }
}

/** ioredis starts a timer here that only the end of the socket stops: one that has ended already would keep the process. */
function disconnect(client: Redis): void {
  if (!client.stream?.destroyed) client.disconnect();
}

/** Told by what it can do: the host may have another copy of ioredis than ours. */
export function isClient(connection: Redis | RedisOptions): connection is Redis {
  return typeof (connection as Redis).duplicate === 'function';
}
