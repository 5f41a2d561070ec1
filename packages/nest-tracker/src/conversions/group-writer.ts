import { createHash } from 'node:crypto';
import { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import type { Rollup } from '../rollups/rollup.entity.js';
import { newLane, rollupUpserts } from '../rollups/rollup-queries.js';
import { RollupSums } from '../rollups/rollup-sums.js';
import { type InsertQueries, insertQueries, writeAll } from '../storage/insert-queries.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import type { Query, TransactionWork } from '../storage/transaction-work.js';
import { type UpdateQueries, updateQueries } from '../storage/update-queries.js';
import { Conversion } from './conversion.entity.js';
import type { GroupEffects } from './group-effects.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { SeenDelivery } from './seen-delivery.entity.js';

/** Another process stored a conversion or delivery of this group first: what the group decided no longer holds. */
export class OutrunError extends Error {
  override readonly name = 'OutrunError';

  constructor() {
    super('Another process stored the same conversion at the same time.');
  }
}

/** What of a conversion never changes. */
const FIXED = ['id', 'advertiserId', 'event', 'transactionId', 'receivedAt'] as const;

/** Writes what a group decided, with statements built once. */
export class GroupWriter {
  private readonly conversions: InsertQueries<Conversion>;
  private readonly changes: UpdateQueries<Conversion>;
  private readonly ledger: InsertQueries<LedgerEntry>;
  private readonly deliveries: InsertQueries<SeenDelivery>;
  private readonly log: InsertQueries<InboundPostback>;
  private readonly rollups: InsertQueries<Rollup>;
  private readonly lane: number;
  private readonly joined = new Map<string, ReturnType<typeof join>>();

  constructor(private readonly storage: TrackerStorage) {
    const { dialect } = storage;
    this.conversions = insertQueries(storage.rowsOf(Conversion), dialect, ' ON CONFLICT DO NOTHING');
    this.changes = updateQueries(storage.rowsOf(Conversion), dialect, FIXED);
    this.ledger = insertQueries(storage.rowsOf(LedgerEntry), dialect);
    this.deliveries = insertQueries(storage.rowsOf(SeenDelivery), dialect, ' ON CONFLICT DO NOTHING');
    this.log = insertQueries(storage.rowsOf(InboundPostback), dialect);
    this.rollups = rollupUpserts(storage);
    this.lane = newLane(storage);
  }

  /** @throws OutrunError when a row that should be new is there already; the transaction has to be undone. */
  *write(effects: GroupEffects, lane = this.lane): TransactionWork<void> {
    const { inserted, updated, ledger, deliveries, logged, counted } = effects;
    const sums = new RollupSums(lane);
    for (const change of counted) sums.addChange(change);
    const rollups = sums.rows();
    const inserts = [
      this.conversions(inserted),
      this.deliveries(deliveries),
      this.ledger(ledger),
      this.log(logged),
      this.rollups(rollups),
    ];
    const rows = inserted.length + deliveries.length + ledger.length + logged.length + rollups.length;
    const written = this.storage.dialect === 'postgres' ? yield* this.atOnce(inserts) : yield* writeAll(inserts.flat());
    if (written !== rows) throw new OutrunError();
    yield* writeAll(this.changes(updated));
  }

  /** All inserts in one statement: one round trip to PostgreSQL instead of one each. */
  private *atOnce(inserts: readonly (readonly Query[])[]): TransactionWork<number> {
    const queries = inserts.flat();
    if (queries.length === 0) return 0;
    // A table's statement is always the same, so which of them there are tells the whole.
    const tables = inserts.map(({ length }) => length).join('');
    const joined = this.joined.get(tables) ?? join(queries);
    this.joined.set(tables, joined);
    const { rows } = yield { ...joined, parameters: queries.flatMap(({ parameters }) => parameters), reads: true };
    return Number(rows[0]?.written);
  }
}

/** One statement that carries out several and counts what they wrote. */
function join(queries: readonly Query[]): Pick<Query, 'text'> & { readonly name: string } {
  let before = 0;
  const parts = queries.map(({ text, parameters }, i) => {
    const offset = before;
    before += parameters.length;
    const shifted = text.replaceAll(/\$(\d+)/g, (_, n: string) => `$${Number(n) + offset}`);
    return `w${i} AS (${shifted} RETURNING 1)`;
  });
  const counts = queries.map((_, i) => `(SELECT COUNT(*) FROM w${i})`).join(' + ');
  const text = `WITH ${parts.join(', ')} SELECT ${counts} AS written`;
  // One connection may serve trackers with tables of other names.
  return { text, name: `tallyback_${createHash('sha256').update(text).digest('hex').slice(0, 16)}` };
}
