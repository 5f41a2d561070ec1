import type Database from 'libsql';
import type { ClaimRequest } from '../queue.js';
import type { Packs } from './packs.js';
import { STATE } from './schema.js';
import { countBits } from './slice-mask.js';
import type { PackClaim, WireOp, WireResults } from './wire.js';

type ClaimKey = readonly [seq: number, id: string, fence: number];
type Outcome = 'delivered' | 'retry' | 'dead' | 'release';
type SettleRow = readonly [...ClaimKey, outcome?: Outcome, at?: number, step?: number, answer?: string];

/** Rows still held under the fence that the JSON row `e` names. */
const HELD = `json_each(?) e JOIN delivery d
  ON d.seq = e.value->>0 AND d.id = e.value->>1 AND d.fence = e.value->>2 AND d.state = ${STATE.leased}`;

/** Some claim of a batch holds no more: the transaction is undone, and the batch settled row by row. Rare. */
export class LostClaim extends Error {
  readonly code = 'SQLITE_CONSTRAINT_CLAIM';
}

/** Claims due deliveries and applies what became of them. */
export class Settler {
  readonly #due;
  readonly #dueTimes;
  readonly #lease;
  readonly #deleteMany;
  readonly #hasSuccessors;
  readonly #releaseSuccessors;
  readonly #deleteOne;
  readonly #retry;
  readonly #dead;
  readonly #release;
  readonly #extend;

  /** @param owner who claims: a row of `process` */
  constructor(
    db: Database.Database,
    owner: number,
    private readonly packs: Packs,
  ) {
    // Exactly the order of the index delivery_due: any other would sort the whole backlog for every claim.
    this.#due = db.prepare(
      `SELECT json_group_array(seq) AS seqs, json_group_array(
         json_array(seq, id, event, transaction_id, body, attempt + 1, step, created_at, fence + 1)) AS rows
       FROM (SELECT * FROM delivery WHERE destination = ? AND due_at <= ? ORDER BY due_at, state, seq LIMIT ?)`,
    );
    this.#dueTimes = db.prepare(
      'SELECT due_at FROM delivery WHERE destination = ? AND due_at <= ? ORDER BY due_at, state, seq LIMIT ?',
    );
    this.#lease = db.prepare(
      `UPDATE delivery SET state = ${STATE.leased}, owner = ${owner}, due_at = ?, fence = fence + 1, attempt = attempt + 1
       WHERE seq IN (SELECT value FROM json_each(?))`,
    );
    this.#deleteMany = db.prepare(`DELETE FROM delivery WHERE seq IN (SELECT d.seq FROM ${HELD})`);
    this.#hasSuccessors = db.prepare('SELECT EXISTS (SELECT 1 FROM delivery WHERE after IS NOT NULL) AS some');
    this.#releaseSuccessors = db.prepare(
      `UPDATE delivery SET after = NULL, due_at = CASE state WHEN ${STATE.pending} THEN created_at END WHERE after IN (
         SELECT e.value->>0 FROM json_each(?) e WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.seq = e.value->>0))`,
    );
    const held = `WHERE seq = ? AND id = ? AND fence = ? AND state = ${STATE.leased}`;
    this.#deleteOne = db.prepare(`DELETE FROM delivery ${held}`);
    this.#retry = db.prepare(`UPDATE delivery SET state = ${STATE.pending}, due_at = ?, step = ?, answer = ? ${held}`);
    this.#dead = db.prepare(`UPDATE delivery SET state = ${STATE.dead}, due_at = NULL, answer = ? ${held}`);
    this.#release = db.prepare(
      `UPDATE delivery SET state = ${STATE.pending}, due_at = created_at, attempt = attempt - 1 ${held}`,
    );
    this.#extend = db.prepare(`UPDATE delivery SET due_at = ? ${held}`);
  }

  /** Rows and packs in the order in which they became due. */
  claim(request: ClaimRequest): WireResults['claim'] {
    const { destination, limit, leaseMs, now } = request;
    const slices = this.packs.due(destination, now, limit);
    if (slices.length === 0) return { rows: this.#claimRows(request, limit), packs: [] };
    const single = this.#dueTimes.all(destination, now, limit) as { due_at: number }[];
    const packs: PackClaim[] = [];
    let rows = 0;
    let room = limit;
    const rowsUntil = (time: number) => {
      for (; room > 0 && rows < single.length && (single[rows]?.due_at as number) <= time; rows += 1) room -= 1;
    };
    for (const slice of slices) {
      rowsUntil(slice.due_at);
      if (room === 0) break;
      const claimed = this.packs.claim(slice, { take: room, until: now + leaseMs });
      room -= countBits(claimed[2]);
      packs.push(claimed);
    }
    rowsUntil(now);
    return { rows: rows > 0 ? this.#claimRows(request, rows) : '[]', packs };
  }

  settle(op: Extract<WireOp, { op: 'settle' }>): boolean[] | null {
    const rows = JSON.parse(op.rows) as SettleRow[];
    const applied = op.onlyDelivered ? this.#delivered(op.rows, rows) : this.#each(rows);
    if ((this.#hasSuccessors.get() as { some: number }).some === 1) this.#releaseSuccessors.run(op.rows);
    return applied;
  }

  extend(op: Extract<WireOp, { op: 'extend' }>): boolean[] | null {
    const rows = JSON.parse(op.rows) as ClaimKey[];
    this.packs.moveOut(rows.map(([seq]) => seq));
    return rows.map((claim) => this.#extend.run(op.until, ...claim).changes === 1);
  }

  #claimRows({ destination, leaseMs, now }: ClaimRequest, limit: number): string {
    const { seqs, rows } = this.#due.get(destination, now, limit) as { seqs: string; rows: string };
    if (seqs !== '[]') this.#lease.run(now + leaseMs, seqs);
    return rows;
  }

  #delivered(text: string, rows: readonly SettleRow[]): null {
    const others = this.packs.delivered(rows);
    if (others.length === 0) return null;
    const { changes } = this.#deleteMany.run(others.length === rows.length ? text : JSON.stringify(others));
    if (changes !== others.length) throw new LostClaim();
    return null;
  }

  #each(rows: readonly SettleRow[]): boolean[] {
    this.packs.moveOut(rows.map(([seq]) => seq));
    return rows.map((row) => this.#one(row));
  }

  #one([seq, id, fence, outcome = 'delivered', at, step, answer]: SettleRow): boolean {
    switch (outcome) {
      case 'delivered':
        return this.#deleteOne.run(seq, id, fence).changes === 1;
      case 'retry':
        return this.#retry.run(at, step, answer, seq, id, fence).changes === 1;
      case 'dead':
        return this.#dead.run(answer, seq, id, fence).changes === 1;
      case 'release':
        return this.#release.run(seq, id, fence).changes === 1;
    }
  }
}
