import type { QueryRunner } from 'typeorm';
import type { Settlement } from '../queue.js';
import { storableText } from '../storable-text.js';
import type { PostgresStatements } from './postgres-statements.js';
import type { DeliveryRow } from './rows.js';
import { settlementRuns } from './settlement-runs.js';

type Outcome<Name extends Settlement['outcome']> = Extract<Settlement, { outcome: Name }>;
type GoneRow = Pick<DeliveryRow, 'id' | 'destination' | 'event' | 'transaction_id'>;

/** Applies settlements within a transaction of the caller's. */
export class PostgresSettler {
  constructor(private readonly sql: PostgresStatements) {}

  async settle(runner: QueryRunner, settlements: readonly Settlement[]): Promise<boolean[]> {
    const applied: boolean[] = [];
    const gone: GoneRow[] = [];
    for (const run of settlementRuns(settlements)) {
      const rows = await this.#apply(runner, run);
      const ids = new Set(rows.map(({ id }) => id));
      for (const { id } of run) applied.push(ids.has(id));
      if (run[0]?.outcome === 'delivered') gone.push(...(rows as GoneRow[]));
    }
    await this.#wake(runner, gone);
    return applied;
  }

  async discard(runner: QueryRunner, ids: readonly string[]): Promise<number> {
    const gone = (await runner.query(this.sql.discard, [ids])) as GoneRow[];
    await this.#wake(runner, gone);
    return gone.length;
  }

  /** A statement of its own, after the deletion: it has to see what was parked until the deletion got its locks. */
  async #wake(runner: QueryRunner, gone: readonly GoneRow[]): Promise<void> {
    if (gone.length === 0) return;
    const [destinations, events] = [gone.map(({ destination }) => destination), gone.map(({ event }) => event)];
    await runner.query(this.sql.unpark, [destinations, events, gone.map((row) => row.transaction_id)]);
  }

  async #apply(runner: QueryRunner, run: readonly Settlement[]): Promise<{ id: string }[]> {
    const outcome = run[0]?.outcome ?? 'release';
    const claims = [run.map(({ id }) => id), run.map(({ fence }) => fence)];
    return (await runner.query(this.sql[outcome], [...claims, ...details(outcome, run)])) as { id: string }[];
  }
}

/** The further columns that an outcome's statement takes. */
function details(outcome: Settlement['outcome'], run: readonly Settlement[]): unknown[] {
  if (outcome === 'retry') {
    const retries = run as readonly Outcome<'retry'>[];
    return [
      retries.map(({ at }) => Math.ceil(at)),
      retries.map(({ step }) => step),
      retries.map(({ answer }) => storableText(answer)),
    ];
  }
  return outcome === 'dead' ? [(run as readonly Outcome<'dead'>[]).map(({ answer }) => storableText(answer))] : [];
}
