import type Database from 'libsql';
import { STATE } from './schema.js';

interface Found {
  readonly seq: number;
  readonly after: number | null;
}

/** What a hand does to dead deliveries. */
export class DeadLetters {
  readonly #replay;
  readonly #find;
  readonly #passOn;
  readonly #delete;

  constructor(db: Database.Database) {
    const dead = `state = ${STATE.dead} AND id IN (SELECT value FROM json_each(?))`;
    // One that waits behind another becomes due when that one is delivered.
    this.#replay = db.prepare(
      `UPDATE delivery SET state = ${STATE.pending}, step = 0, due_at = CASE WHEN after IS NULL THEN ? END
       WHERE ${dead} AND body <> ''`,
    );
    this.#find = db.prepare(`SELECT seq, after FROM delivery WHERE ${dead}`);
    this.#passOn = db.prepare(
      `UPDATE delivery SET after = ?1, due_at = CASE WHEN ?1 IS NULL AND state = ${STATE.pending} THEN created_at END
       WHERE after = ?2`,
    );
    this.#delete = db.prepare('DELETE FROM delivery WHERE seq = ?');
  }

  replay(ids: string, now: number): number {
    return this.#replay.run(now, ids).changes;
  }

  /** The newest first, so that what one of them waits for is still known when it goes. */
  discard(ids: string): number {
    const found = (this.#find.all(ids) as Found[]).sort((a, b) => b.seq - a.seq);
    for (const { seq, after } of found) {
      this.#passOn.run(after, seq);
      this.#delete.run(seq);
    }
    return found.length;
  }
}
