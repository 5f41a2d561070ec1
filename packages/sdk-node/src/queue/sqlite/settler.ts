import type Database from 'libsql';
import type { ClaimRequest } from '../queue.js';
import { STATE } from './schema.js';
import type { ClaimRow, WireOp } from './wire.js';

type SettleRow = [number, string, number, 'delivered' | 'retry' | 'dead' | 'release', number, number, string];

interface ClaimRecord {
  seq: number;
  id: string;
  event: string;
  transaction_id: string;
  body: string;
  attempt: number;
  step: number;
  created_at: number;
  fence: number;
}

/** A row still held under the fence that the JSON row `e` names. */
const HELD = `SELECT d.seq FROM json_each(?) e JOIN delivery d
  ON d.seq = e.value->>0 AND d.id = e.value->>1 AND d.fence = e.value->>2 AND d.state = ${STATE.leased}`;

/** Claims due deliveries and applies what became of them. */
export class Settler {
  readonly #claim;
  readonly #deleteMany;
  readonly #releaseSuccessors;
  readonly #deleteOne;
  readonly #retry;
  readonly #dead;
  readonly #release;
  readonly #extend;

  constructor(db: Database.Database) {
    this.#claim = db.prepare(
      `UPDATE delivery SET state = ${STATE.leased}, due_at = ?, fence = fence + 1, attempt = attempt + 1
       WHERE seq IN (SELECT seq FROM delivery WHERE destination = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?)
       RETURNING seq, id, event, transaction_id, body, attempt, step, created_at, fence`,
    );
    this.#deleteMany = db.prepare(`DELETE FROM delivery WHERE seq IN (${HELD}) RETURNING seq`);
    this.#releaseSuccessors = db.prepare(
      `UPDATE delivery SET after = NULL, due_at = created_at WHERE after IN (
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

  claim({ destination, limit, leaseMs, now }: ClaimRequest): ClaimRow[] {
    const rows = this.#claim.all(now + leaseMs, destination, now, limit) as ClaimRecord[];
    const claimed = rows.map(
      (row): ClaimRow => [
        row.seq,
        row.id,
        row.event,
        row.transaction_id,
        row.body,
        row.attempt,
        row.step,
        row.created_at,
        row.fence,
      ],
    );
    // RETURNING promises no order.
    return claimed.sort((a, b) => a[0] - b[0]);
  }

  settle(op: Extract<WireOp, { op: 'settle' }>): boolean[] | null {
    if (op.onlyDelivered) {
      const deleted = this.#deleteMany.all(op.rows) as { seq: number }[];
      this.#releaseSuccessors.run(op.rows);
      if (deleted.length === op.count) return null;
      const gone = new Set(deleted.map(({ seq }) => seq));
      return (JSON.parse(op.rows) as SettleRow[]).map(([seq]) => gone.has(seq));
    }
    const applied = (JSON.parse(op.rows) as SettleRow[]).map((row) => this.#one(row));
    this.#releaseSuccessors.run(op.rows);
    return applied;
  }

  extend(op: Extract<WireOp, { op: 'extend' }>): boolean[] | null {
    const rows = JSON.parse(op.rows) as [number, string, number][];
    return rows.map((claim) => this.#extend.run(op.until, ...claim).changes === 1);
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
