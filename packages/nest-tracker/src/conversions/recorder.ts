import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TrackerEvents } from '../events/tracker-events.js';
import { PostbackPlanner } from '../partner-postbacks/postback-planner.js';
import { isOvertaken } from '../storage/storage-failure.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { UndoTransaction } from '../storage/transaction-work.js';
import type { Decision, Job } from './decision.js';
import { GroupCommit } from './group-commit.js';
import { GroupWriter, OutrunError } from './group-writer.js';
import {
  CountersMissing,
  type Decided,
  type GroupResult,
  type GroupTools,
  rehearseJob,
  runGroup,
} from './run-group.js';
import { keepCounters } from './working-set/keep-counters.js';
import { workingSetQueries } from './working-set/working-set.js';

/** How often a group runs that other processes get in the way of. */
const ATTEMPTS = 20;

/** Carries jobs out in groups, one transaction each, and tells everybody afterwards. */
@Injectable()
export class Recorder implements OnModuleInit {
  tools: GroupTools;
  private readonly groups = new GroupCommit((jobs) => this.carryOut(jobs));

  constructor(
    private readonly storage: TrackerStorage,
    private readonly events: TrackerEvents,
    private readonly planner: PostbackPlanner,
  ) {}

  onModuleInit(): void {
    const { storage, planner } = this;
    this.tools = { storage, queries: workingSetQueries(storage), writer: new GroupWriter(storage), planner };
  }

  /**
   * Carries one job out; resolves when it is durable.
   *
   * @throws what the job's own code threw, or the storage's error when nothing was stored.
   */
  async submit<Result>(job: Job<Result>): Promise<Result> {
    const [decided] = await this.groups.add([job]);
    return resultOf<Result>(decided);
  }

  /** Carries jobs out in one group, each with an end of its own, in the order given. */
  async submitAll<Result>(jobs: readonly Job<Result>[]): Promise<PromiseSettledResult<Result>[]> {
    const decided = await this.groups.add(jobs);
    return Promise.allSettled(decided.map(async (one) => resultOf<Result>(one)));
  }

  /** Says what would become of a job; nothing is stored. */
  async rehearse<Result>(job: Job<Result>): Promise<Result> {
    try {
      return resultOf<Result>(await this.storage.run(() => rehearseJob(this.tools, job)));
    } catch (error) {
      if (error instanceof UndoTransaction) return resultOf<Result>(error.result as Decided);
      throw error;
    }
  }

  private async carryOut(jobs: readonly Job<unknown>[]): Promise<Decided[]> {
    const result = await this.runGroup(jobs);
    this.tell(result);
    return [...result.decided];
  }

  /** Tells everybody of what a group did; to be called after the commit. */
  tell({ decided, postbacks }: GroupResult): void {
    for (const one of decided) if ('decision' in one) this.emit(one.decision);
    this.planner.committed(postbacks);
  }

  private async runGroup(jobs: readonly Job<unknown>[]): Promise<GroupResult> {
    const plan = await this.planner.plan();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.storage.run(() => runGroup(this.tools, jobs, plan));
      } catch (error) {
        const overtaken = error instanceof OutrunError || error instanceof CountersMissing || isOvertaken(error);
        if (attempt === ATTEMPTS || !overtaken) throw error;
        if (error instanceof CountersMissing) await this.keepCounters(error);
      }
    }
  }

  private async keepCounters({ keys }: CountersMissing): Promise<void> {
    await this.storage.run(() => keepCounters(this.storage, keys));
  }

  private emit({ change, logged }: Decision<unknown>): void {
    if (change) {
      const { before, after } = change;
      const outcome = before ? 'updated' : after.offerId === null ? 'unattributed' : 'recorded';
      this.events.emitConversion({ outcome, conversion: after });
    }
    if (logged) this.events.emitPostback(logged);
  }
}

/** @throws what the job's own code threw, or the storage's error. */
export function resultOf<Result>(decided: Decided | undefined): Result {
  if (decided && 'decision' in decided) return decided.decision.result as Result;
  throw decided?.error;
}
