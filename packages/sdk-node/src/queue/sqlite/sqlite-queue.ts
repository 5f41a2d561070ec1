import { resolve } from 'node:path';
import { asQueueUnavailable, ConfigurationError, QueueUnavailableError } from '../../errors.js';
import type { Recall } from '../../recall.js';
import { keptDestinations, keptRecall } from '../kept.js';
import type {
  Claim,
  ClaimedDelivery,
  ClaimRequest,
  EnqueueResult,
  ListPage,
  ListRequest,
  NewMessage,
  Queue,
  QueueCounts,
  Settlement,
} from '../queue.js';
import { decodeClaims, decodeList } from './decode.js';
import { encodeMessages, encodeSettlements } from './encode.js';
import { MAX_PACK_ROWS } from './slice-mask.js';
import { type FirstRow, isFailure, type WireFailure, type WireOp, type WireResults } from './wire.js';
import { WorkerClient } from './worker-client.js';

export interface SqliteQueueOptions {
  /**
   * The queue's own database file, made with its folders when absent. Several processes may share it; it must be on a
   * local disk. Default `var/tallyback.db`, relative to the working directory.
   */
  readonly path?: string;
}

/**
 * So many deliveries leave before the turn is over: the worker writes the first while the rest of a burst is still being
 * prepared. Half as many cost it a third more each, and twice as many brought nothing.
 */
const PART = 2 * MAX_PACK_ROWS;

interface Gathered {
  readonly message: NewMessage;
  readonly resolve: (result: EnqueueResult) => void;
  readonly reject: (error: Error) => void;
}

interface Queued {
  readonly op: WireOp;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** {@link Queue} in an SQLite file, written by a worker thread: a receipt means that the row was fsynced. */
export class SqliteQueue implements Queue {
  readonly #client: WorkerClient;
  readonly #path: string;
  #messages: Gathered[] = [];
  /** Of all gathered messages. */
  #deliveries = 0;
  #ops: Queued[] = [];
  #scheduled = false;
  #closed: Promise<void> | undefined;

  constructor({ path = 'var/tallyback.db' }: SqliteQueueOptions = {}) {
    if (path === '' || path === ':memory:') {
      throw new ConfigurationError('path', 'must name a file; for a queue that forgets on exit use memoryQueue()');
    }
    this.#path = resolve(path);
    this.#client = new WorkerClient(this.#path);
  }

  async open(): Promise<void> {
    await this.#call({ op: 'open' });
  }

  enqueue(message: NewMessage): Promise<EnqueueResult> {
    return new Promise((resolve, reject) => {
      if (this.#refuse(reject)) return;
      this.#messages.push({ message, resolve, reject });
      this.#deliveries += message.deliveries.length;
      if (this.#deliveries >= PART) this.#post();
      else this.#schedule();
    });
  }

  async recall(event: string, transactionId: string): Promise<Recall | undefined> {
    return keptRecall(await this.#call<'kept'>({ op: 'kept', event, transactionId }));
  }

  async claim(request: ClaimRequest): Promise<ClaimedDelivery[]> {
    return decodeClaims(await this.#call<'claim'>({ op: 'claim', request }), request.destination);
  }

  async settle(settlements: readonly Settlement[]): Promise<boolean[]> {
    const applied = await this.#call<'settle'>(encodeSettlements(settlements));
    return applied === null ? settlements.map(() => true) : [...applied];
  }

  async extend(claims: readonly Claim[], until: number): Promise<boolean[]> {
    const rows = JSON.stringify(claims.map(({ seq, id, fence }) => [seq, id, fence]));
    const applied = await this.#call<'extend'>({ op: 'extend', rows, count: claims.length, until });
    return applied === null ? claims.map(() => true) : [...applied];
  }

  async nextDue(destinations: readonly string[]): Promise<number | undefined> {
    return (await this.#call<'nextDue'>({ op: 'nextDue', destinations: JSON.stringify(destinations) })) ?? undefined;
  }

  counts(destinations: readonly string[]): Promise<QueueCounts> {
    return this.#call<'counts'>({ op: 'counts', destinations: JSON.stringify(destinations) });
  }

  async list(request: ListRequest): Promise<ListPage> {
    return decodeList(await this.#call<'list'>({ op: 'list', request }), request);
  }

  replay(ids: readonly string[], now: number): Promise<number> {
    return this.#call<'replay'>({ op: 'replay', ids: JSON.stringify(ids), now });
  }

  discard(ids: readonly string[]): Promise<number> {
    return this.#call<'discard'>({ op: 'discard', ids: JSON.stringify(ids) });
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    this.#post();
    try {
      await this.#client.post([{ op: 'close' }]);
    } catch {
      // The worker is gone already: there is nothing left to close.
    }
    await this.#client.stop();
  }

  #call<Op extends WireOp['op']>(op: Extract<WireOp, { op: Op }>): Promise<WireResults[Op]> {
    return new Promise((resolve, reject) => {
      if (this.#refuse(reject)) return;
      this.#ops.push({ op, resolve: resolve as (result: never) => void, reject });
      this.#schedule();
    });
  }

  #refuse(reject: (error: Error) => void): boolean {
    if (this.#closed) reject(new QueueUnavailableError('The queue is closed.'));
    return this.#closed !== undefined;
  }

  /** Everything asked for in one turn of the event loop travels in one message. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.#post());
  }

  #post(): void {
    this.#scheduled = false;
    const messages = this.#messages;
    const ops = this.#ops;
    if (messages.length === 0 && ops.length === 0) return;
    this.#messages = [];
    this.#deliveries = 0;
    this.#ops = [];
    const batches = batchesOf(messages);
    // First, so that a claim of the same turn sees what was stored in it.
    const stored = batches.map((batch) => encodeMessages(batch.map(({ message }) => message)));
    this.#client.post([...stored, ...ops.map(({ op }) => op)]).then(
      (results) => this.#answer(batches, ops, results),
      (error: Error) => {
        const failure = asQueueUnavailable(error, this.#path);
        for (const { reject } of [...messages, ...ops]) reject(failure);
      },
    );
  }

  #answer(batches: readonly Gathered[][], ops: readonly Queued[], results: readonly unknown[]): void {
    for (const [index, batch] of batches.entries()) {
      this.#answerMessages(batch, results[index] as WireResults['enqueue'] | WireFailure);
    }
    for (const [index, { resolve, reject }] of ops.entries()) {
      const result = results[batches.length + index];
      if (isFailure(result)) reject(this.#unavailable(result));
      else resolve(result as never);
    }
  }

  #answerMessages(messages: readonly Gathered[], result: WireResults['enqueue'] | WireFailure): void {
    for (const [index, { resolve, reject }] of messages.entries()) {
      const own = isFailure(result) ? result : (result?.[index] ?? null);
      if (own === null) resolve({ stored: true });
      else if (isFailure(own)) reject(this.#unavailable(own));
      else resolve({ stored: false, first: toFirst(own) });
    }
  }

  #unavailable({ failed, code }: WireFailure): QueueUnavailableError {
    const cause = Object.assign(new Error(failed), { code });
    return new QueueUnavailableError(`The queue file ${this.#path} cannot be used: ${failed}`, { cause });
  }
}

/** In the order in which they came, each as many as fit into a pack, which has one time. */
function batchesOf(messages: readonly Gathered[]): Gathered[][] {
  const batches: Gathered[][] = [];
  let rows = 0;
  let createdAt: number | undefined;
  for (const gathered of messages) {
    const { message } = gathered;
    rows += message.deliveries.length;
    const last = batches.at(-1);
    if (last && createdAt === message.createdAt && rows <= MAX_PACK_ROWS) {
      last.push(gathered);
    } else {
      batches.push([gathered]);
      rows = message.deliveries.length;
      createdAt = message.createdAt;
    }
  }
  return batches;
}

function toFirst([id, createdAt, kept]: FirstRow) {
  return { id, createdAt, destinations: keptDestinations(kept) };
}
