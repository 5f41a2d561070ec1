import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createId } from '@tallyback/protocol';
import type { SenderFault as Fault } from './sender-faults.js';
import { changed, type Message } from './small-content.js';
import { type Answer, exchange } from './small-exchange.js';
import { type SenderKeys, signature } from './small-signature.js';

/** What a sender is told to send. */
export interface Plan {
  readonly url: string;
  readonly advertiser: string;
  readonly messages: readonly { readonly type: string; readonly data: object }[];
}

const ATTEMPTS = 10;
const DELAY_MS = 150;
/** So many requests run at the same time. */
const AT_ONCE = 16;

/** A sender that keeps to the protocol in as few lines as that takes, or breaks it in the one way it is told to. */
export class SmallSender {
  readonly #ended = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #free = AT_ONCE;
  #plan: Plan = { url: '', advertiser: '', messages: [] };

  constructor(
    private readonly keys: SenderKeys,
    private readonly fault: Fault = 'none',
    private readonly timeoutMs: number = 2_000,
  ) {
    setMaxListeners(0, this.#ended.signal);
  }

  /** Sends everything; what it still waits for when it is told to end is dropped. */
  async send(plan: Plan): Promise<void> {
    this.#plan = plan;
    const all: Promise<void>[] = [];
    const last = new Map<string, Promise<void>>();
    for (const message of plan.messages as readonly Message[]) {
      const order = String(message.data.transactionId);
      const before = this.fault === 'does not keep the order' ? undefined : last.get(order);
      const delivered = Promise.resolve(before).then(() => this.#deliver(message));
      last.set(order, delivered);
      all.push(delivered);
    }
    await Promise.allSettled(all);
  }

  end(): void {
    this.#ended.abort();
  }

  async #deliver(message: Message): Promise<void> {
    const { fault } = this;
    if (fault === 'sends nothing' || (fault === 'drops what has no click' && message.data.clickId === undefined))
      return;
    const delivery = {
      id: fault === 'takes an id for every order' ? idOf(message) : createId(),
      at: Date.now(),
      body: this.#body(message),
    };
    const most = { 'gives up at once': 1, 'gives up after three attempts': 3 }[fault as string] ?? ATTEMPTS;
    for (let attempt = 1; attempt <= most && !this.#ended.signal.aborted; attempt += 1) {
      await this.#turn();
      const answer = await this.#attempt(delivery, message).finally(() => this.#leave());
      if (fault === 'sends everything twice' && attempt === 1) continue;
      const wait = this.#verdict(answer);
      if (wait === 'done') return;
      await sleep(wait, undefined, { signal: this.#ended.signal });
    }
  }

  async #turn(): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }

  async #attempt(delivery: { id: string; at: number; body: Buffer }, message: Message): Promise<Answer | undefined> {
    const { fault, keys } = this;
    const id =
      fault === 'takes an id for every attempt'
        ? createId()
        : fault === 'takes dots into ids'
          ? `${delivery.id}.1`
          : delivery.id;
    const body = fault === 'writes the body for every attempt' ? this.#body(message) : delivery.body;
    const now = fault === 'keeps its first timestamp' ? delivery.at : Date.now();
    const timestamp = `${fault === 'stamps milliseconds' ? now : Math.floor(now / 1000)}`;
    const signedAt = fault === 'keeps its first signature' ? `${Math.floor(delivery.at / 1000)}` : timestamp;
    const headers = {
      'content-type': fault === 'sends forms' ? 'application/x-www-form-urlencoded' : 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      ...(fault !== 'does not sign' && { 'webhook-signature': signature(keys, id, signedAt, body, fault) }),
      ...(fault !== 'names no advertiser' && { 'tallyback-advertiser': this.#plan.advertiser }),
    };
    const timeoutMs =
      { 'waits for answers for ever': 60_000, 'waits for answers for a moment': 100 }[fault as string] ??
      this.timeoutMs;
    const url = `${this.#plan.url}/v1/conversions`;
    return this.#within(timeoutMs, async (signal) => {
      const answer = await exchange(url, headers, body, signal, fault);
      const { location } = answer?.headers ?? {};
      if (fault === 'follows redirects' && location)
        return exchange(new URL(location, url).href, headers, body, signal, fault);
      return answer;
    });
  }

  /** Not `AbortSignal.any()`: the garbage collector of Node 20 takes the timeouts that it follows, which then never come. */
  async #within<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const over = new AbortController();
    const abort = () => over.abort();
    const timer = setTimeout(abort, timeoutMs);
    this.#ended.signal.addEventListener('abort', abort);
    if (this.#ended.signal.aborted) abort();
    try {
      return await work(over.signal);
    } finally {
      clearTimeout(timer);
      this.#ended.signal.removeEventListener('abort', abort);
    }
  }

  #body(message: Message): Buffer {
    const { fault } = this;
    const timestamp = fault === 'runs in another time zone' ? '2026-11-22T10:00:00+01:00' : new Date().toISOString();
    return Buffer.from(JSON.stringify({ type: message.type, timestamp, data: changed(message.data, fault) }));
  }

  /** `done`, or how long to wait for the next attempt, in milliseconds. */
  #verdict(answer: Answer | undefined): 'done' | number {
    const { fault } = this;
    if (!answer) return fault === 'gives up when a connection breaks' ? 'done' : DELAY_MS;
    const { status, body, headers } = answer;
    const { outcome, reason } = body;
    const wait = this.#wait(headers['retry-after']);
    if (status < 300) {
      if (fault === 'takes every 2xx for a success') return 'done';
      if (fault === `takes ${outcome === 'duplicate' ? 'a duplicate' : String(outcome)} for a failure`) return DELAY_MS;
      if (fault === 'minds Retry-After of a success' && headers['retry-after']) return DELAY_MS;
      return ['recorded', 'updated', 'duplicate', 'unattributed'].includes(String(outcome)) ? 'done' : wait;
    }
    if (status < 400) return 'done';
    if (fault === 'takes every 4xx for final' && status < 500) return 'done';
    const final = outcome === 'rejected' && typeof reason === 'string' && status < 500;
    return final && fault !== 'tries refusals again' ? 'done' : wait;
  }

  #wait(asked: string | undefined): number {
    const { fault } = this;
    if (fault === 'does not wait') return 0;
    if (asked === undefined || fault === 'does not mind Retry-After') return DELAY_MS;
    if (/^\d+$/.test(asked)) return Number(asked) * 1_000;
    const date = Date.parse(asked);
    if (Number.isNaN(date)) return fault === 'waits for nonsense for ever' ? 60_000 : DELAY_MS;
    return fault === 'does not read dates' ? DELAY_MS : Math.max(0, date - Date.now());
  }
}

function idOf({ data }: Message): string {
  return String(data.transactionId)
    .replaceAll(/[^\w-]/g, '_')
    .slice(0, 64);
}
