import { randomInt } from 'node:crypto';
import type Database from 'libsql';
import { STATE } from './schema.js';
import { countBits, firstRow, hasRow, lowestBits, MAX_PACK_ROWS, maskOf } from './slice-mask.js';
import type { PackClaim, SliceOfBatch } from './wire.js';

/** A part of a pack whose rows share everything but their texts. */
export interface Slice {
  readonly id: number;
  readonly pack: number;
  readonly mask: number;
  readonly due_at: number;
  readonly fence: number;
}

/** `[seq, id, fence]` of a claim, and what else its settlement says. */
type ClaimRow = readonly [number, string, number, ...unknown[]];

interface Lease {
  readonly take: number;
  readonly until: number;
}

/**
 * Deliveries of one batch, kept as the one text in which they arrived: to store, claim and delete the batch is work of a few
 * statements, where each row of its own would be work in two B-trees. Only the usual way is gone in packs. Whatever happens
 * to a single row takes it out, into the table `delivery`, where everything else knows it.
 */
export class Packs {
  readonly #insertPack;
  readonly #insertSlice;
  readonly #due;
  readonly #lease;
  readonly #shrink;
  readonly #split;
  readonly #text;
  readonly #near;
  readonly #moveOut;
  readonly #deleteSlice;
  readonly #deletePack;

  /** @param owner who claims: a row of `process` */
  constructor(db: Database.Database, owner: number) {
    this.#insertPack = db.prepare('INSERT INTO pack (seq, rows) VALUES (?, ?)');
    this.#insertSlice = db.prepare(
      `INSERT INTO slice (id, pack, mask, size, destination, created_at, due_at, fence) VALUES (?, ?, ?, ?, ?, ?6, ?6, ?)`,
    );
    this.#due = db.prepare(
      `SELECT id, pack, mask, due_at, fence FROM slice WHERE destination = ? AND due_at <= ?
       ORDER BY due_at, state, id LIMIT ?`,
    );
    const leased = `state = ${STATE.leased}, owner = ${owner}`;
    this.#lease = db.prepare(
      `UPDATE slice SET ${leased}, mask = ?, size = ?, due_at = ?, fence = fence + 1, attempt = attempt + 1 WHERE id = ?
       RETURNING attempt`,
    );
    this.#shrink = db.prepare('UPDATE slice SET mask = ?, size = ? WHERE id = ?');
    this.#split = db.prepare(
      `INSERT INTO slice (id, pack, mask, size, destination, created_at, due_at, state, attempt, fence, owner)
       SELECT ?, pack, ?, ?, destination, created_at, due_at, state, attempt, fence, owner FROM slice WHERE id = ?`,
    );
    this.#text = db.prepare('SELECT rows FROM pack WHERE seq = ?');
    this.#near = db.prepare('SELECT id, pack, mask, state, fence FROM slice WHERE id BETWEEN ? AND ?');
    this.#moveOut = db.prepare(
      `INSERT INTO delivery (seq, id, destination, event, transaction_id, created_at, body, due_at, state, attempt, fence, owner)
       SELECT s.pack + e.key, e.value->>0, e.value->>1, e.value->>2, e.value->>3, e.value->>4, e.value->>5,
              s.due_at, s.state, s.attempt, s.fence, s.owner
       FROM slice s JOIN pack p ON p.seq = s.pack JOIN json_each(p.rows) e ON (?1 >> e.key) & 1 WHERE s.id = ?2`,
    );
    this.#deleteSlice = db.prepare('DELETE FROM slice WHERE id = ?');
    this.#deletePack = db.prepare(
      `DELETE FROM pack WHERE seq = ?1
         AND NOT EXISTS (SELECT 1 FROM slice WHERE id BETWEEN ?1 AND ?1 + ${MAX_PACK_ROWS - 1} AND pack = ?1)`,
    );
  }

  /** @param rows JSON array of the deliveries, whose numbers begin with `seq` */
  add(seq: number, rows: string, { createdAt, slices }: SliceOfBatch): void {
    this.#insertPack.run(seq, rows);
    // Not from 0: in the slices no id is compared, and a claim from a file that was replaced meanwhile must not match.
    const fence = randomInt(2 ** 40);
    for (const [destination, mask] of slices) {
      this.#insertSlice.run(seq + firstRow(mask), seq, mask, countBits(mask), destination, createdAt, fence);
    }
  }

  due(destination: string, now: number, limit: number): Slice[] {
    return this.#due.all(destination, now, limit) as Slice[];
  }

  /** Claims its first rows, at most `take`; the others stay as they are. */
  claim({ id, pack, mask, fence }: Slice, { take, until }: Lease): PackClaim {
    const taken = lowestBits(mask, take);
    const rest = (mask & ~taken) >>> 0;
    if (rest !== 0) this.#split.run(pack + firstRow(rest), rest, countBits(rest), id);
    const { attempt } = this.#lease.get(taken, countBits(taken), until, id) as { attempt: number };
    const { rows } = this.#text.get(pack) as { rows: string };
    return [rows, pack, taken, attempt, fence + 1];
  }

  /**
   * Deletes what was delivered.
   *
   * @returns the claims that are of no pack, or hold no more
   */
  delivered(claims: readonly ClaimRow[]): ClaimRow[] {
    const gone = new Map<Slice, number>();
    const others: ClaimRow[] = [];
    const find = this.#finder();
    for (const claim of claims) {
      const [seq, , fence] = claim;
      const slice = find(seq);
      const left = slice && (gone.get(slice) ?? slice.mask);
      const bit = slice ? maskOf(seq - slice.pack) : 0;
      if (slice?.fence === fence && slice.state === STATE.leased && left && (left & bit) !== 0) {
        gone.set(slice, (left & ~bit) >>> 0);
      } else {
        others.push(claim);
      }
    }
    for (const [slice, left] of gone) this.#keep(slice, left);
    return others;
  }

  /** Gives those of these numbers that are in packs a row of their own. */
  moveOut(seqs: readonly number[]): void {
    const out = new Map<Slice, number>();
    const find = this.#finder();
    for (const seq of seqs) {
      const slice = find(seq);
      if (slice) out.set(slice, ((out.get(slice) ?? 0) | maskOf(seq - slice.pack)) >>> 0);
    }
    for (const [slice, bits] of out) {
      this.#moveOut.run(bits, slice.id);
      this.#keep(slice, (slice.mask & ~bits) >>> 0);
    }
  }

  #keep({ id, pack }: Slice, left: number): void {
    if (left !== 0) {
      this.#shrink.run(left, countBits(left), id);
    } else {
      this.#deleteSlice.run(id);
      this.#deletePack.run(pack);
    }
  }

  /** Finds the slice of a number; what was read for one serves its neighbours. */
  #finder(): (seq: number) => (Slice & { readonly state: number }) | undefined {
    const read: (Slice & { readonly state: number })[] = [];
    const empty = new Set<number>();
    const known = (seq: number) => read.find(({ pack, mask }) => seq >= pack && hasRow(mask, seq - pack));
    return (seq) => {
      const found = known(seq);
      if (found || empty.has(seq)) return found;
      const fresh = this.#near.all(seq - MAX_PACK_ROWS + 1, seq) as typeof read;
      for (const slice of fresh) if (!read.some(({ id }) => id === slice.id)) read.push(slice);
      empty.add(seq);
      return known(seq);
    };
  }
}
