import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { failure } from './failures.js';
import { FLUSHES_AT_ONCE } from './queue-log.js';
import { givesReceipts, type Store } from './store.js';
import { isFailure, type WireBatch, type WireOp, type WireReply } from './wire.js';

/** So few receipts at once are waited for in this thread, when nothing else is asked for: to hand over takes its time, too. */
const FEW = 4;

interface Receipts {
  readonly ops: readonly WireOp[];
  readonly reply: WireReply;
}

/**
 * Answers what comes through the port. Whatever arrived while the previous transaction ran becomes the next one (group
 * commit without any timer). Receipts leave when the disk has what they promise; while it is at work, other answers leave
 * and the next transaction runs.
 */
export class Service {
  /** Received and not run yet. */
  #received: WireBatch[] = [];
  /** What leaves with the next flush. */
  #waiting: Receipts[] = [];
  #flushing = 0;
  /** The answers to whoever closes: the last ones. */
  #last: WireReply[] | undefined;

  constructor(
    private readonly port: MessagePort,
    private readonly store: Store,
  ) {
    port.on('message', (batch: WireBatch) => {
      this.#received.push(batch);
      this.#serve();
    });
  }

  #serve(): void {
    this.#receive();
    const batches = this.#received;
    if (batches.length === 0) return;
    this.#received = [];
    const results = this.store.run(batches.flatMap(({ ops }) => ops));
    const atOnce: WireReply[] = [];
    let from = 0;
    for (const { n, ops } of batches) {
      from += ops.length;
      const reply = { n, results: results.slice(from - ops.length, from) };
      if (ops.some(({ op }) => op === 'close')) this.#last = [reply];
      else if (ops.some(givesReceipts)) this.#waiting.push({ ops, reply });
      else atOnce.push(reply);
    }
    if (atOnce.length > 0) this.port.postMessage(atOnce);
    if (this.#flushing === FLUSHES_AT_ONCE) return;
    if (this.#waiting.length > 0) this.#flush(this.#flushing === 0 && isFew(this.#waiting));
    else this.#closeIfLast();
  }

  #receive(): void {
    for (let more = receiveMessageOnPort(this.port); more; more = receiveMessageOnPort(this.port)) {
      this.#received.push(more.message);
    }
  }

  #flush(few: boolean): void {
    if (few) this.#receive();
    const receipts = this.#waiting;
    this.#waiting = [];
    if (few && this.#received.length === 0) {
      this.#answer(
        receipts,
        errorOf(() => this.store.flushNow()),
      );
      this.#closeIfLast();
      return;
    }
    this.#flushing += 1;
    const over = (error?: unknown) => {
      this.#flushing -= 1;
      if (this.#waiting.length > 0) this.#flush(false);
      this.#answer(receipts, error);
      this.#closeIfLast();
    };
    this.store.flush().then(() => over(), over);
    if (this.#received.length > 0) setImmediate(() => this.#serve());
  }

  #answer(receipts: readonly Receipts[], error: unknown): void {
    this.port.postMessage(receipts.map((each) => (error === undefined ? each.reply : broken(each, error))));
  }

  #closeIfLast(): void {
    if (!this.#last || this.#flushing > 0) return;
    errorOf(() => this.store.close());
    this.port.postMessage(this.#last);
    this.port.close();
  }
}

function isFew(receipts: readonly Receipts[]): boolean {
  const counts = receipts.flatMap(({ ops }) => ops.map((op) => (op.op === 'enqueue' ? op.count : 0)));
  return counts.reduce((sum, count) => sum + count, 0) <= FEW;
}

/** What else was done stays done; whether the receipts are true nobody knows. */
function broken({ ops, reply: { n, results } }: Receipts, error: unknown): WireReply {
  const given = (op: WireOp | undefined, result: WireReply['results'][number]) =>
    op && givesReceipts(op) && !isFailure(result) ? failure(error) : result;
  return { n, results: results.map((result, index) => given(ops[index], result)) };
}

function errorOf(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
