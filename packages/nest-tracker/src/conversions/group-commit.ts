import { gather } from '../storage/gather.js';
import { isDataFault } from '../storage/storage-failure.js';
import type { Job } from './decision.js';
import type { Decided } from './run-group.js';

/** Jobs that one commit takes; more wait for the next. Jobs that came together are never torn apart. */
const MAX_GROUP = 512;

interface Waiting {
  readonly jobs: readonly Job<unknown>[];
  readonly settle: (decided: readonly Decided[]) => void;
}

/**
 * Group commit: what arrives while a group is under way shares the next one, and each caller waits for the commit that
 * holds its own. No timer: at low load a message is recorded at once, at high load the groups grow by themselves.
 *
 * A group that fails for what is in it runs again in halves, so that one bad message cannot take its neighbours down.
 */
export class GroupCommit {
  private readonly waiting: Waiting[] = [];
  private running: Promise<void> | undefined;

  /** @param run Carries a group out in one transaction: everything it decided is stored, or nothing. */
  constructor(private readonly run: (jobs: readonly Job<unknown>[]) => Promise<Decided[]>) {}

  /** Never rejects: a job that could not be carried out has an error of its own, in the order given. */
  add(jobs: readonly Job<unknown>[]): Promise<readonly Decided[]> {
    return new Promise((settle) => {
      this.waiting.push({ jobs, settle });
      this.running ??= this.runAll();
    });
  }

  private async runAll(): Promise<void> {
    while (this.waiting.length > 0) {
      await gather(() => this.waiting.length);
      const group = this.next();
      const decided = await this.carryOut(group.flatMap(({ jobs }) => jobs));
      let done = 0;
      for (const { jobs, settle } of group) {
        settle(decided.slice(done, done + jobs.length));
        done += jobs.length;
      }
    }
    this.running = undefined;
  }

  private next(): Waiting[] {
    let count = 0;
    let size = 0;
    for (const { jobs } of this.waiting) {
      if (count > 0 && size + jobs.length > MAX_GROUP) break;
      count++;
      size += jobs.length;
    }
    return this.waiting.splice(0, count);
  }

  private async carryOut(jobs: readonly Job<unknown>[]): Promise<Decided[]> {
    try {
      return await this.run(jobs);
    } catch (error) {
      if (jobs.length === 1 || !isDataFault(error)) return jobs.map(() => ({ error }));
      const middle = jobs.length >> 1;
      const first = await this.carryOut(jobs.slice(0, middle));
      return [...first, ...(await this.carryOut(jobs.slice(middle)))];
    }
  }
}
