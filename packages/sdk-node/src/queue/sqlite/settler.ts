import type Database from 'libsql';
import type { ClaimRequest } from '../queue.js';
import { STATE } from './schema.js';
import type { WireOp } from './wire.js';

type SettleRow = [number, string, number, 'delivered' | 'retry' | 'dead' | 'release', number, number, string];

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
  constructor(db: Database.Database, owner: number) {
    // Exactly the order of the index delivery_due: any other would sort the whole backlog for every claim.
    this.#due = db.prepare(
      `SELECT json_group_array(seq) AS seqs, json_group_array(
         json_array(seq, id, event, transaction_id, body, attempt + 1, step, created_at, fence + 1)) AS rows
       FROM (SELECT * FROM delivery WHERE destination = ? AND due_at <= ? ORDER BY due_at, state, seq LIMIT ?)`,
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

  claim({ destination, limit, leaseMs, now }: ClaimRequest): string {
    const { seqs, rows } = this.#due.get(destination, now, limit) as { seqs: string; rows: string };
    if (seqs !== '[]') this.#lease.run(now + leaseMs, seqs);
    return rows;
  }

  settle(op: Extract<WireOp, { op: 'settle' }>): boolean[] | null {
    const applied = op.onlyDelivered ? this.#delivered(op) : this.#each(op.rows);
    if ((this.#hasSuccessors.get() as { some: number }).some === 1) this.#releaseSuccessors.run(op.rows);
    return applied;
  }

  extend(op: Extract<WireOp, { op: 'extend' }>): boolean[] | null {
    const rows = JSON.parse(op.rows) as [number, string, number][];
    return rows.map((claim) => this.#extend.run(op.until, ...claim).changes === 1);
  }

  #delivered({ rows, count }: Extract<WireOp, { op: 'settle' }>): null {
    if (this.#deleteMany.run(rows).changes !== count) throw new LostClaim();
    return null;
  }

  #each(rows: string): boolean[] {
    return (JSON.parse(rows) as SettleRow[]).map((row) => this.#one(row));
  }

  #one([seq, id, fence, outcome, at, step, answer]: SettleRow): boolean {
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
