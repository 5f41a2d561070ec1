import type Database from 'libsql';
import { keptDestinations } from '../kept.js';
import { NOT_WAITED_FOR } from '../not-waited-for.js';
import type { Packs } from './packs.js';
import { STATE } from './schema.js';
import type { DeliveryRow, FirstRow, MessageRow, WireEnqueue } from './wire.js';

interface Identity {
  id: string | null;
  created_at: number;
  destinations: string;
  first_seq: number | null;
}

interface SeqRange {
  readonly from: number;
  readonly to: number;
}

const NO_ROWS: SeqRange = { from: 0, to: 0 };

/** Stores messages with their deliveries, and finds out which identity is taken already. */
export class Enqueuer {
  readonly #insertMessages;
  readonly #insertUniform;
  readonly #insertDeliveries;
  readonly #lastSeq;
  readonly #identity;
  readonly #holdIdentity;
  readonly #setIdentity;
  readonly #predecessor;
  readonly #insertDelivery;

  constructor(
    db: Database.Database,
    private readonly packs: Packs,
  ) {
    this.#insertMessages = db.prepare(
      `INSERT INTO message (id, event, transaction_id, created_at, destinations, first_seq)
       SELECT value->>0, value->>1, value->>2, value->>3, value->>4, ? + (value->>5) FROM json_each(?)
       WHERE true ON CONFLICT DO NOTHING`,
    );
    // What is cut out of a string costs a third less than what is looked up in an array.
    this.#insertUniform = db.prepare(
      `INSERT INTO message (id, event, transaction_id, created_at, destinations, first_seq)
       SELECT substr(value, 1, ?1), ?2, substr(value, ?1 + 1), ?3, ?4, ?5 + ?6 * key FROM json_each(?7)
       WHERE true ON CONFLICT DO NOTHING`,
    );
    this.#insertDeliveries = db.prepare(
      `INSERT INTO delivery (seq, id, destination, event, transaction_id, created_at, due_at, body)
       SELECT ? + key, value->>0, value->>1, value->>2, value->>3, value->>4, value->>4, value->>5 FROM json_each(?)`,
    );
    this.#lastSeq = db.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'delivery'`);
    this.#identity = db.prepare(
      `SELECT id, created_at, destinations, first_seq FROM message WHERE event = ? AND transaction_id = ?`,
    );
    this.#holdIdentity = db.prepare(`INSERT INTO message (event, transaction_id) VALUES (?, ?) ON CONFLICT DO NOTHING`);
    this.#setIdentity = db.prepare(
      `INSERT INTO message (event, transaction_id, id, created_at, destinations, first_seq) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET id = excluded.id, created_at = excluded.created_at,
         destinations = excluded.destinations, first_seq = excluded.first_seq`,
    );
    // The newest undelivered row of the same transaction: a later message of its chain, else the created one.
    this.#predecessor = db.prepare(
      `SELECT max(seq) AS seq FROM (
         SELECT seq FROM delivery WHERE transaction_id = ?1 AND event = ?2 AND chained = 1 AND destination = ?3
           AND step > ${NOT_WAITED_FOR}
         UNION ALL SELECT seq FROM delivery WHERE seq >= ?4 AND seq < ?5 AND destination = ?3)`,
    );
    this.#insertDelivery = db.prepare(
      `INSERT INTO delivery (seq, id, destination, event, transaction_id, created_at, body, due_at, chained, after, state,
                             answer, step)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** `null` when every message was stored, else the message that stands for each that was not. */
  enqueue(op: WireEnqueue): (FirstRow | null)[] | null {
    const base = this.#nextSeq();
    if (op.plain) {
      if (this.#insertIdentities(op, base) === op.count) {
        if (op.pack) this.packs.add(base, op.deliveries, op.pack);
        else this.#insertDeliveries.run(base, op.deliveries);
        return null;
      }
      // Some identities were taken. Rare, so told apart one by one; what the statement stored is recognised by its id.
    }
    return this.#each(op, op.plain);
  }

  /** The same messages as operations of one each, for when one of them is to blame for a failure. */
  static split(op: WireEnqueue): WireEnqueue[] {
    return [...parts(op)].map(({ message, deliveries }) => ({
      op: 'enqueue',
      messages: JSON.stringify([message.with(5, 0)]),
      deliveries: JSON.stringify(deliveries),
      count: 1,
      plain: op.plain,
    }));
  }

  #insertIdentities({ messages, uniform }: WireEnqueue, base: number): number {
    if (!uniform) return this.#insertMessages.run(base, messages).changes;
    const { idLength, event, createdAt, kept, each } = uniform;
    return this.#insertUniform.run(idLength, event, createdAt, kept, base, each, messages).changes;
  }

  #each(op: WireEnqueue, inserted: boolean): (FirstRow | null)[] {
    return [...parts(op)].map(({ message, deliveries }) => {
      const [id, event, transactionId, createdAt, destinations, , created] = message;
      if (created === 1) {
        const standing = this.#find(event, transactionId);
        const ours = inserted && standing?.id === id;
        if (standing?.id && !ours) return [standing.id, standing.created_at, standing.destinations];
        const base = this.#nextSeq();
        // Without an identity row, or in the row just made by this batch, nothing can be waiting ahead of us.
        const follows = standing !== undefined && !ours;
        this.#setIdentity.run(event, transactionId, id, createdAt, destinations, base);
        this.#insert(deliveries, base, follows ? NO_ROWS : undefined, 0);
      } else {
        this.#holdIdentity.run(event, transactionId);
        const first = this.#find(event, transactionId);
        const from = first?.first_seq ?? 0;
        const count = first?.destinations ? keptDestinations(first.destinations).length : 0;
        // What something waits for needs a row of its own.
        this.packs.moveOut(Array.from({ length: count }, (_, index) => from + index));
        this.#insert(deliveries, this.#nextSeq(), { from, to: from + count }, NOT_WAITED_FOR);
      }
      return null;
    });
  }

  /**
   * @param follow given when another message of the transaction may be ahead: where its created rows would be
   * @param deadStep the `step` of those that are dead already
   */
  #insert(deliveries: readonly DeliveryRow[], base: number, follow: SeqRange | undefined, deadStep: number): void {
    deliveries.forEach((row, index) => {
      const after = follow ? this.#before(row, follow) : null;
      const [id, destination, event, transactionId, createdAt, body, dead] = row;
      const dueAt = after === null && dead === undefined ? createdAt : null;
      const own = dead === undefined ? [STATE.pending, null, 0] : [STATE.dead, dead, deadStep];
      const place = [dueAt, follow ? 1 : null, after, ...own];
      this.#insertDelivery.run(base + index, id, destination, event, transactionId, createdAt, body, ...place);
    });
  }

  #before([, destination, event, transactionId]: DeliveryRow, { from, to }: SeqRange): number | null {
    const found = this.#predecessor.get(transactionId, event, destination, from, to) as { seq: number | null };
    return found.seq;
  }

  #find(event: string, transactionId: string): Identity | undefined {
    return this.#identity.get(event, transactionId) as Identity | undefined;
  }

  #nextSeq(): number {
    const last = this.#lastSeq.get() as { seq: number } | undefined;
    return (last?.seq ?? 0) + 1;
  }
}

function messagesOf({ messages, uniform }: WireEnqueue): MessageRow[] {
  if (!uniform) return JSON.parse(messages) as MessageRow[];
  const { idLength, event, createdAt, kept, each } = uniform;
  return (JSON.parse(messages) as string[]).map((text, index) => {
    const [id, transactionId] = [text.slice(0, idLength), text.slice(idLength)];
    return [id, event, transactionId, createdAt, kept, index * each, 1];
  });
}

function* parts(op: WireEnqueue): Generator<{ message: MessageRow; deliveries: DeliveryRow[] }> {
  const messages = messagesOf(op);
  const deliveries = JSON.parse(op.deliveries) as DeliveryRow[];
  for (const [index, message] of messages.entries()) {
    yield { message, deliveries: deliveries.slice(message[5], messages[index + 1]?.[5]) };
  }
}
