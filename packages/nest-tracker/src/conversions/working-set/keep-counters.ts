import { idLowerBound } from '@tallyback/protocol';
import { insertQueries, writeAll } from '../../storage/insert-queries.js';
import type { TrackerStorage } from '../../storage/tracker-storage.js';
import { type Query, reading, type TransactionWork, writing } from '../../storage/transaction-work.js';
import { Conversion } from '../conversion.entity.js';
import { Counter } from '../counter.entity.js';
import type { CounterKey } from './counter-cells.js';
import { periodBounds } from './counter-keys.js';

/**
 * Begins to keep counters, with what counts already, so that a cap added today knows of yesterday's conversions. In a
 * transaction of its own: nobody may be in the middle of recording without knowing of the counter.
 *
 * @param alone Wait for everybody who is recording; only a rehearsal, which is undone, may do without.
 */
export function* keepCounters(
  storage: TrackerStorage,
  keys: readonly CounterKey[],
  alone = true,
): TransactionWork<void> {
  const rows = storage.rowsOf(Counter);
  const insert = insertQueries(rows, storage.dialect, ' ON CONFLICT DO NOTHING');
  // Whoever records holds a lock of the table since it looked for counters; this waits for all of them.
  if (alone && storage.dialect === 'postgres') yield writing(`LOCK TABLE ${rows.table} IN EXCLUSIVE MODE`, []);
  for (const key of keys) {
    const { rows: sums } = yield sumsQuery(storage, key);
    const counters = sums.map((sum) => ({
      ...key,
      currency: (sum.currency as string | null) ?? '',
      conversions: BigInt(sum.conversions as string),
      revenue: BigInt(sum.revenue as string),
      payout: BigInt(sum.payout as string),
    }));
    const kept = { ...key, currency: '', conversions: 0n, revenue: 0n, payout: 0n };
    yield* writeAll(insert(counters.some(({ currency }) => currency === '') ? counters : [kept, ...counters]));
  }
}

function sumsQuery(storage: TrackerStorage, { scope, event, period }: CounterKey): Query {
  const { table } = storage.rowsOf(Conversion, ['id']);
  const { from, to } = periodBounds(period);
  const [kind, ...ids] = scope.split(':');
  const columns = { offer: ['offer_id'], partner: ['partner_id'], pair: ['offer_id', 'partner_id'] }[kind ?? ''] ?? [];
  // No conversion's id is older than its arrival: where no index helps, the ids of the period do.
  const bounds: [string, string | number][] = [
    ...columns.map((column, i): [string, string] => [`${column} =`, ids[i] ?? '']),
    ...(event === '' ? [] : [['event =', event] as [string, string]]),
    ['received_at >=', from],
    ['received_at <', to],
    ['id >=', idLowerBound(from)],
  ];
  const parameter = (i: number) => (storage.dialect === 'postgres' ? `$${i + 1}` : '?');
  return reading(
    `SELECT currency, CAST(COUNT(*) AS TEXT) AS conversions, CAST(SUM(revenue) AS TEXT) AS revenue,
            CAST(SUM(payout) AS TEXT) AS payout
       FROM ${table} WHERE ${bounds.map(([condition], i) => `${condition} ${parameter(i)}`).join(' AND ')}
        AND status IN ('pending', 'approved') GROUP BY currency`,
    bounds.map(([, value]) => value),
  );
}
