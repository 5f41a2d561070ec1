import { asQueueUnavailable, ConfigurationError } from './errors.js';
import { checkCall, readTime } from './option-checks.js';
import type { Queue, QueuedDelivery } from './queue/queue.js';
import type { Time } from './unacknowledged.js';

/** A delivery that was given up. */
export interface DeadLetter {
  readonly id: string;
  readonly destination: string;
  readonly event: string;
  readonly transactionId: string;
  /** RFC 3339, UTC. */
  readonly acceptedAt: string;
  /** 0 when it could not even be prepared. */
  readonly attempts: number;
  /** The last answer, or why it could not be prepared; shortened, without secrets. */
  readonly answer: string;
  /** The frozen body; empty when it could not be prepared, and then it cannot be replayed either. */
  readonly body: string;
}

export interface DeadLetterPage {
  readonly items: readonly DeadLetter[];
  /** `cursor` of the next page; absent on the last. */
  readonly next?: string;
}

export interface DeadLetterQuery {
  /** Only of this destination. */
  readonly destination?: string;
  /** Only what was accepted at or after this time. */
  readonly since?: Time;
  /** At most this many, 1 to 1000. Default 100. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** Ids of deliveries, or all that fit. */
export type DeadLetterSelection = string | readonly string[] | Pick<DeadLetterQuery, 'destination' | 'since'>;

const CHUNK = 500;

/** What was given up, until somebody decides. */
export class DeadLetters {
  /** @param onReplay something may be due now */
  constructor(
    private readonly queue: Queue,
    private readonly now: () => number,
    private readonly onReplay: () => void,
  ) {}

  /**
   * One page, in the order of acceptance.
   *
   * @throws {ConfigurationError} when `since` is no time, `destination` no name, `limit` no number, or there is an
   * unknown member
   * @throws {QueueUnavailableError} when the queue cannot be read
   */
  async list(given: DeadLetterQuery = {}): Promise<DeadLetterPage> {
    checkCall('deadLetters.list()', given, ['destination', 'since', 'limit', 'cursor']);
    const { limit = 100, ...query } = given;
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1_000) {
      throw new ConfigurationError('limit', 'must be a whole number from 1 to 1000');
    }
    const { items, next } = await this.#page({ limit, ...query });
    return { items: items.map(toDeadLetter), ...(next === undefined ? {} : { next }) };
  }

  /**
   * Tries again, with the whole schedule ahead: under the same id, so that a destination that had taken one after all
   * recognises it. What could not be prepared stays dead.
   *
   * @returns how many were put back
   * @throws {ConfigurationError} when the selection is none
   * @throws {QueueUnavailableError} when the queue cannot be used
   */
  async replay(selection: DeadLetterSelection): Promise<number> {
    const replayed = await this.#each(selection, (ids) => this.queue.replay(ids, this.now()));
    if (replayed > 0) this.onReplay();
    return replayed;
  }

  /**
   * Deletes them for good. Later messages of the same transaction, which had waited for them, are delivered.
   *
   * @returns how many were deleted
   * @throws {ConfigurationError} when the selection is none
   * @throws {QueueUnavailableError} when the queue cannot be used
   */
  async discard(selection: DeadLetterSelection): Promise<number> {
    const discarded = await this.#each(selection, (ids) => this.queue.discard(ids));
    if (discarded > 0) this.onReplay();
    return discarded;
  }

  async #each(selection: DeadLetterSelection, work: (ids: string[]) => Promise<number>): Promise<number> {
    let done = 0;
    for await (const ids of this.#chunks(selection)) {
      done += await work(ids).catch((error: unknown) => {
        throw asQueueUnavailable(error, 'The dead letters cannot be changed');
      });
    }
    return done;
  }

  async *#chunks(selection: DeadLetterSelection): AsyncGenerator<string[]> {
    // Never taken for `{}`: that would be all of them.
    if (typeof selection !== 'string' && (typeof selection !== 'object' || selection === null)) {
      throw new ConfigurationError('selection', 'must be an id, an array of ids or a filter; give {} for all');
    }
    if (typeof selection === 'string') return yield [selection];
    if (isList(selection)) {
      for (let from = 0; from < selection.length; from += CHUNK) yield selection.slice(from, from + CHUNK);
      return;
    }
    // The cursor moves on, so that one that dies again meanwhile is not taken twice.
    checkCall('the selection', selection, ['destination', 'since']);
    for (const [name, value] of Object.entries(selection)) {
      // Of a variable that nobody has set; what it leaves would be all of them.
      if (value === undefined) throw new ConfigurationError(name, 'is undefined; leave it out, or give {} for all');
    }
    const { destination, since } = selection;
    const filter = { ...(destination === undefined ? {} : { destination }), ...(since === undefined ? {} : { since }) };
    for (let cursor: string | undefined, more = true; more; ) {
      const page = await this.#page({ ...filter, limit: CHUNK, ...(cursor === undefined ? {} : { cursor }) });
      if (page.items.length > 0) yield page.items.map(({ id }) => id);
      cursor = page.next;
      more = cursor !== undefined;
    }
  }

  async #page({ since, ...query }: DeadLetterQuery & { readonly limit: number }) {
    checkName('destination', query.destination);
    const start = readTime('since', since);
    const from = start === undefined ? {} : { since: start };
    return this.queue.list({ state: 'dead', ...query, ...from }).catch((error: unknown) => {
      throw asQueueUnavailable(error, 'The dead letters cannot be read');
    });
  }
}

/** A queue may take `null` for no filter at all. */
function checkName(option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return;
  throw new ConfigurationError(option, 'must be the name of a destination');
}

function isList(selection: DeadLetterSelection): selection is readonly string[] {
  return Array.isArray(selection);
}

function toDeadLetter(delivery: QueuedDelivery): DeadLetter {
  const { id, destination, event, transactionId, createdAt, attempts, answer = '', body } = delivery;
  return {
    id,
    destination,
    event,
    transactionId,
    acceptedAt: new Date(createdAt).toISOString(),
    attempts,
    answer,
    body,
  };
}
