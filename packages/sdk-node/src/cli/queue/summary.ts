import Database from 'libsql';
import { LAST_SEQ, STATE } from '../../queue/sqlite/schema.js';

/** What waits for one destination. */
export interface DestinationSummary {
  readonly destination: string;
  readonly pending: number;
  readonly inFlight: number;
  readonly dead: number;
  /** When the oldest of them was accepted, milliseconds since the epoch. */
  readonly oldest: number;
  /** When the next one is due; `null` when none can be sent. */
  readonly nextDue: number | null;
}

export interface Summary {
  /** By name; the queue knows only those for which something waits. */
  readonly destinations: readonly DestinationSummary[];
  /** How many deliveries were ever accepted. */
  readonly accepted: number;
}

/** Counts of a queue file. Reads an index only, so a million rows take a fraction of a second. */
export class SummaryReader {
  readonly #db: Database.Database;
  readonly #destinations;
  readonly #accepted;

  /** @param path a file that a queue has opened before, so that its schema is there */
  constructor(path: string) {
    this.#db = new Database(path);
    this.#db.exec('PRAGMA busy_timeout = 5000');
    this.#destinations = this.#db.prepare(
      `SELECT destination, min(oldest) AS oldest, min(nextDue) AS nextDue,
              sum(pending) AS pending, sum(inFlight) AS inFlight, sum(dead) AS dead
       FROM (SELECT s.*, (SELECT created_at FROM delivery WHERE seq = s.first) AS oldest
             FROM (SELECT destination, min(seq) AS first, min(due_at) AS nextDue,
                          count(*) FILTER (WHERE state = ${STATE.pending}) AS pending,
                          count(*) FILTER (WHERE state = ${STATE.leased}) AS inFlight,
                          count(*) FILTER (WHERE state = ${STATE.dead}) AS dead
                   FROM delivery GROUP BY destination) s
             UNION ALL
             SELECT destination, 0, min(due_at), coalesce(sum(size) FILTER (WHERE state = ${STATE.pending}), 0),
                    coalesce(sum(size) FILTER (WHERE state = ${STATE.leased}), 0), 0, min(created_at)
             FROM slice GROUP BY destination)
       GROUP BY destination ORDER BY destination`,
    );
    this.#accepted = this.#db.prepare(LAST_SEQ);
  }

  read(): Summary {
    const rows = this.#destinations.all() as DestinationSummary[];
    const destinations = rows.map(({ destination, pending, inFlight, dead, oldest, nextDue }) => {
      return { destination, pending, inFlight, dead, oldest, nextDue };
    });
    const last = this.#accepted.get() as { seq: number };
    return { destinations, accepted: last.seq };
  }

  close(): void {
    this.#db.close();
  }
}

/** One look at a queue file. */
export function readSummary(path: string): Summary {
  const reader = new SummaryReader(path);
  try {
    return reader.read();
  } finally {
    reader.close();
  }
}
