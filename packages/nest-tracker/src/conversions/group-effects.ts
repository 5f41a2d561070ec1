import { createId } from '@tallyback/protocol';
import type { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import type { RollupChange } from '../rollups/rollup-sums.js';
import { successorOf } from '../storage/successor-of.js';
import type { Conversion } from './conversion.entity.js';
import type { Change, Decision } from './decision.js';
import type { LedgerEntry } from './ledger-entry.entity.js';
import type { SeenDelivery } from './seen-delivery.entity.js';
import { counts } from './status-machine.js';

/** Everything that a group's decisions do to the database, as rows. Whatever else is to be stored with them goes here. */
export interface GroupEffects {
  readonly inserted: readonly Conversion[];
  readonly updated: readonly Conversion[];
  readonly ledger: readonly LedgerEntry[];
  readonly deliveries: readonly SeenDelivery[];
  readonly logged: readonly InboundPostback[];
  /** What reports count differently from now on, in order. */
  readonly counted: readonly RollupChange[];
}

/** Adds the decisions of a group up: a conversion that is made and changed in one group is inserted once, as it ends. */
export function effectsOf(decisions: readonly Decision<unknown>[]): GroupEffects {
  const inserted = new Map<string, Conversion>();
  const updated = new Map<string, Conversion>();
  const ledger: LedgerEntry[] = [];
  const deliveries: SeenDelivery[] = [];
  const logged: InboundPostback[] = [];
  for (const { change, delivery, logged: row } of decisions) {
    if (change) {
      const { before, after } = change;
      (before === null || inserted.has(after.id) ? inserted : updated).set(after.id, after);
      ledger.push(...ledgerEntriesOf(change));
    }
    if (delivery) deliveries.push({ id: createId(delivery.at), ...delivery });
    if (row) logged.push(row);
  }
  // Rows of a unique index in one order in every process: two groups must not wait for each other.
  return {
    inserted: sortedBy([...inserted.values()], identityOf),
    updated: [...updated.values()],
    ledger,
    deliveries: sortedBy(deliveries, ({ advertiserId, deliveryId }) => `${advertiserId} ${deliveryId}`),
    logged,
    counted: decisions.flatMap(({ change }) => change ?? []),
  };
}

/**
 * What a change did: who, when, why, old and new status, and the change of the counted amounts. A change of the currency
 * takes back what counted in the old one and counts anew, so that the sums hold in each. A conversion's story is read in
 * the order of the ids, whose time rises with every change.
 */
function ledgerEntriesOf(change: Change): LedgerEntry[] {
  const { before, after } = change;
  const moved = before !== null && before.currency !== null && before.currency !== after.currency;
  const id = createId(after.updatedAt);
  if (!moved) return [{ id, ...ledgerEntryOf(change, before, after) }];
  const nothing = (conversion: Conversion) => ({ ...conversion, revenue: 0n, payout: 0n });
  return [
    { id, ...ledgerEntryOf(change, before, nothing(before)) },
    { id: successorOf(id), ...ledgerEntryOf(change, { ...nothing(before), currency: after.currency }, after) },
  ];
}

function ledgerEntryOf(change: Change, before: Conversion | null, after: Conversion): Omit<LedgerEntry, 'id'> {
  const { at, actor, cause, deliveryId, note } = change;
  const counted = (conversion: Conversion | null, amount: 'revenue' | 'payout') =>
    conversion && counts(conversion.status) ? conversion[amount] : 0n;
  return {
    conversionId: after.id,
    at,
    actor,
    cause,
    note: note ?? null,
    deliveryId,
    oldStatus: before?.status ?? null,
    newStatus: after.status,
    revenueDelta: counted(after, 'revenue') - counted(before, 'revenue'),
    payoutDelta: counted(after, 'payout') - counted(before, 'payout'),
    currency: after.currency,
  };
}

function identityOf({ advertiserId, event, transactionId }: Conversion): string {
  return `${advertiserId} ${event} ${transactionId}`;
}

/** Sorted by a key that is worked out once for each row. */
function sortedBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] {
  const keyed = rows.map((row) => ({ key: keyOf(row), row }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row);
}
