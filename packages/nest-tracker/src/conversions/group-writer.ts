import { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import type { Rollup } from '../rollups/rollup.entity.js';
import { newLane, rollupUpserts } from '../rollups/rollup-queries.js';
import { RollupSums } from '../rollups/rollup-sums.js';
import { type InsertQueries, insertQueries, writeAll } from '../storage/insert-queries.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { type Query, reading, type TransactionWork } from '../storage/transaction-work.js';
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
      ...this.conversions(inserted),
      ...this.deliveries(deliveries),
      ...this.ledger(ledger),
      ...this.log(logged),
      ...this.rollups(rollups),
    ];
    const rows = inserted.length + deliveries.length + ledger.length + logged.length + rollups.length;
    const written = this.storage.dialect === 'postgres' ? yield* atOnce(inserts) : yield* writeAll(inserts);
    if (written !== rows) throw new OutrunError();
    yield* writeAll(this.changes(updated));
  }
}

/** Several inserts in one statement: one round trip to PostgreSQL instead of one each. */
function* atOnce(inserts: readonly Query[]): TransactionWork<number> {
  if (inserts.length === 0) return 0;
  let before = 0;
  const parts = inserts.map(({ text, parameters }, i) => {
    const offset = before;
    before += parameters.length;
    const shifted = text.replaceAll(/\$(\d+)/g, (_, n: string) => `$${Number(n) + offset}`);
    return `w${i} AS (${shifted} RETURNING 1)`;
  });
  const counts = inserts.map((_, i) => `(SELECT COUNT(*) FROM w${i})`).join(' + ');
  const text = `WITH ${parts.join(', ')} SELECT ${counts} AS written`;
  const { rows } = yield reading(
    text,
    inserts.flatMap(({ parameters }) => parameters),
  );
  return Number(rows[0]?.written);
}
