import type { PlannedPostback, PostbackPlan } from '../partner-postbacks/plan-postbacks.js';
import type { PostbackPlanner } from '../partner-postbacks/postback-planner.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { type TransactionWork, UndoTransaction } from '../storage/transaction-work.js';
import type { Decision, Job } from './decision.js';
import { effectsOf } from './group-effects.js';
import type { GroupWriter } from './group-writer.js';
import type { CounterKey } from './working-set/counter-cells.js';
import { keepCounters } from './working-set/keep-counters.js';
import { NOT_LOADED } from './working-set/not-loaded.js';
import { WorkingSet, type workingSetQueries } from './working-set/working-set.js';

/** A decision asks for something, reads it, and asks for the next; no chain is longer than the steps. */
const MAX_PASSES = 20;

/** What became of one job of a group: a decision, or what its own code threw. */
export type Decided = { readonly decision: Decision<unknown> } | { readonly error: unknown };

/** A cap asked for counters that are not kept yet. The group is undone, the counters are made, and it runs again. */
export class CountersMissing extends Error {
  override readonly name = 'CountersMissing';

  constructor(readonly keys: readonly CounterKey[]) {
    super('Counters have to be made first.');
  }
}

/** What running groups takes, built once per tracker. */
export interface GroupTools {
  readonly storage: TrackerStorage;
  readonly queries: ReturnType<typeof workingSetQueries>;
  readonly writer: GroupWriter;
  readonly planner: PostbackPlanner;
}

/** What became of a group, and which partners are to be told. */
export interface GroupResult {
  readonly decided: readonly Decided[];
  readonly postbacks: readonly PlannedPostback[];
  /** Rows that are there when and only when what the group did is: ids of the first in the ledger and in the inbound log. */
  readonly marks: { readonly ledger: string | undefined; readonly log: string | undefined };
}

/**
 * One group in one transaction: what all jobs need is read with one statement per kind, each is decided on in order
 * without waiting for anything, and all that was decided is written with one statement per table.
 *
 * @param lane Of the rollups to count in. Default: the writer's own.
 */
export function* runGroup(
  { queries, writer, planner }: GroupTools,
  jobs: readonly Job<unknown>[],
  plan: PostbackPlan,
  lane?: number,
): TransactionWork<GroupResult> {
  const known = new WorkingSet(queries);
  const decided = yield* decideAll(known, jobs);
  if (known.counters.missing.size > 0) throw new CountersMissing([...known.counters.missing.values()]);
  const decisions = decided.flatMap((one) => ('decision' in one ? [one.decision] : []));
  const effects = effectsOf(decisions);
  yield* writer.write(effects, lane);
  const changes = decisions.flatMap(({ change }) => change ?? []);
  const postbacks = yield* planner.planAll(plan, changes);
  yield* planner.write(postbacks);
  yield* known.counters.flush();
  return { decided, postbacks, marks: { ledger: effects.ledger[0]?.id, log: effects.logged[0]?.id } };
}

/** Decides on one job as `runGroup` would, and undoes everything it took to find out. */
export function* rehearseJob({ storage, queries }: GroupTools, job: Job<unknown>): TransactionWork<Decided> {
  for (;;) {
    const known = new WorkingSet(queries);
    const [decided] = yield* decideAll(known, [job]);
    if (known.counters.missing.size === 0 && decided) throw new UndoTransaction(decided);
    yield* keepCounters(storage, [...known.counters.missing.values()], false);
  }
}

/**
 * Decides on every job in order; a later one sees what the earlier ones did. When one asks for what was not read, the
 * others go on, so that everything that is missing is read at once; then all are decided again from the start.
 */
function* decideAll(known: WorkingSet, jobs: readonly Job<unknown>[]): TransactionWork<Decided[]> {
  for (const job of jobs) job.want(known);
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    yield* known.load();
    known.reset();
    let complete = true;
    const decided: Decided[] = [];
    for (const job of jobs) {
      try {
        const decision = job.decide(known);
        known.apply(decision);
        decided.push({ decision });
      } catch (error) {
        if (error === NOT_LOADED) complete = false;
        else decided.push({ error });
      }
    }
    if (complete || known.counters.missing.size > 0) return decided;
  }
  throw new Error(`A group asked for something new ${MAX_PASSES} times; a job must always ask for the same.`);
}
