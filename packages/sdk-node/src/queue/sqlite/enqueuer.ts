import type Database from 'libsql';
import { keptDestinations } from '../kept.js';
import { NOT_WAITED_FOR } from '../not-waited-for.js';
import type { Packs } from './packs.js';
import { IDENTITY, LAST_SEQ, STATE } from './schema.js';
import type { DeliveryRow, FirstRow, MessageRow, WireEnqueue } from './wire.js';

interface IdentityRow {
  readonly first_seq: number | null;
  readonly seq: number;
  readonly rows: number;
  readonly stride: number;
  readonly created_at: number;
  readonly destinations: string;
  readonly ids: string;
}

/** Where the rows of a message that was stored were to begin with. */
interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** What is known of an identity: `first` is missing when only updates were seen. */
interface Standing extends SeqRange {
  readonly first?: FirstRow;
}

const NO_ROWS: SeqRange = { from: 0, to: 0 };

/** Stores messages with their deliveries, and finds out which identity is taken already. */
export class Enqueuer {
  readonly #insertMessages;
  readonly #insertBatches;
  readonly #insertUniform;
  readonly #insertBatch;
  readonly #deleteOwn;
  readonly #insertDeliveries;
  readonly #lastSeq;
  readonly #numbered;
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
      `INSERT INTO message (transaction_id, event, first_seq) SELECT value->>2, value->>1, ? + (value->>5) FROM json_each(?)
       WHERE true ON CONFLICT DO NOTHING`,
    );
    this.#insertBatches = db.prepare(
      `INSERT INTO batch (seq, rows, stride, created_at, destinations, ids)
       SELECT ?1 + (value->>5), value->>7, value->>7, value->>3, value->>4, value->>0 FROM json_each(?2)`,
    );
    this.#insertUniform = db.prepare(
      `INSERT INTO message (transaction_id, event, first_seq) SELECT value, ?1, ?2 + ?3 * key FROM json_each(?4)
       WHERE true ON CONFLICT DO NOTHING`,
    );
    this.#insertBatch = db.prepare(
      'INSERT INTO batch (seq, rows, stride, created_at, destinations, ids) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#deleteOwn = db.prepare('DELETE FROM message WHERE transaction_id = ? AND event = ? AND first_seq >= ?');
    this.#insertDeliveries = db.prepare(
      `INSERT INTO delivery (seq, id, destination, event, transaction_id, created_at, due_at, body)
       SELECT ? + key, value->>0, value->>1, value->>2, value->>3, value->>4, value->>4, value->>5 FROM json_each(?)`,
    );
    this.#lastSeq = db.prepare(LAST_SEQ);
    this.#numbered = db.prepare('UPDATE number SET last = ?');
    this.#identity = db.prepare(`SELECT m.first_seq, b.* FROM ${IDENTITY}`);
    this.#holdIdentity = db.prepare(`INSERT INTO message (transaction_id, event) VALUES (?, ?) ON CONFLICT DO NOTHING`);
    this.#setIdentity = db.prepare(
      `INSERT INTO message (transaction_id, event, first_seq) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET first_seq = excluded.first_seq`,
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
      this.#undo(op, base);
    }
    return this.#each(op);
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

  #insertIdentities({ messages, uniform, count }: WireEnqueue, base: number): number {
    if (!uniform) {
      const { changes } = this.#insertMessages.run(base, messages);
      if (changes === count) this.#insertBatches.run(base, messages);
      return changes;
    }
    const { ids, event, createdAt, kept, each } = uniform;
    const { changes } = this.#insertUniform.run(event, base, each, messages);
    if (changes === count) this.#insertBatch.run(base, each * count, each, createdAt, kept, ids);
    return changes;
  }

  /** Some identities were taken. Rare, so what was just stored goes again, and they are told apart one by one. */
  #undo(op: WireEnqueue, base: number): void {
    for (const [, event, transactionId] of messagesOf(op)) this.#deleteOwn.run(transactionId, event, base);
  }

  #each(op: WireEnqueue): (FirstRow | null)[] {
    return [...parts(op)].map(({ message, deliveries }) => {
      const [id, event, transactionId, createdAt, destinations, , created, stride] = message;
      const standing = this.#find(event, transactionId);
      const base = this.#nextSeq();
      if (created === 1) {
        if (standing?.first) return standing.first;
        this.#setIdentity.run(transactionId, event, base);
        this.#insertBatch.run(base, stride, stride, createdAt, destinations, id);
        // Without an identity row nothing can be waiting ahead of us.
        this.#insert(deliveries, base, standing ? NO_ROWS : undefined, 0);
      } else {
        if (!standing) this.#holdIdentity.run(transactionId, event);
        const { from, to } = standing ?? NO_ROWS;
        // What something waits for needs a row of its own.
        this.packs.moveOut(Array.from({ length: to - from }, (_, index) => from + index));
        this.#insert(deliveries, base, { from, to }, NOT_WAITED_FOR);
        this.#numbered.run(base + deliveries.length - 1);
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

  #find(event: string, transactionId: string): Standing | undefined {
    const row = this.#identity.get(transactionId, event) as IdentityRow | undefined;
    if (!row) return undefined;
    const { first_seq: from, seq, rows, stride, created_at, destinations, ids } = row;
    if (from === null) return NO_ROWS;
    const length = (ids.length / rows) * stride;
    const at = ((from - seq) / stride) * length;
    const to = from + keptDestinations(destinations).length;
    return { first: [ids.slice(at, at + length), created_at, destinations], from, to };
  }

  #nextSeq(): number {
    return (this.#lastSeq.get() as { seq: number }).seq + 1;
  }
}

function messagesOf({ messages, uniform, count }: WireEnqueue): MessageRow[] {
  if (!uniform) return JSON.parse(messages) as MessageRow[];
  const { ids, event, createdAt, kept, each } = uniform;
  const length = ids.length / count;
  return (JSON.parse(messages) as string[]).map((transactionId, index) => {
    const id = ids.slice(index * length, (index + 1) * length);
    return [id, event, transactionId, createdAt, kept, index * each, 1, each];
  });
}

function* parts(op: WireEnqueue): Generator<{ message: MessageRow; deliveries: DeliveryRow[] }> {
  const messages = messagesOf(op);
  const deliveries = JSON.parse(op.deliveries) as DeliveryRow[];
  for (const [index, message] of messages.entries()) {
    yield { message, deliveries: deliveries.slice(message[5], messages[index + 1]?.[5]) };
  }
}
