import { Injectable } from '@nestjs/common';
import { PostbackHolds } from '../partner-postbacks/postback-holds.js';
import { PostbackOutbox } from '../partner-postbacks/postback-outbox.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';

/** Partner postbacks that are not delivered. */
export interface OutboxDepth {
  /** Due or waiting for their next attempt. */
  readonly pending: number;
  /** With a process that sends them. */
  readonly sending: number;
  /** Given up; a replay sends them again. */
  readonly dead: number;
  /**
   * For how many seconds the one that has been due longest has waited; 0 when none is due. What waits for a postback that
   * is paused or gone is left out: nobody is behind with it.
   */
  readonly lagSeconds: number;
}

/** What waits for one destination. */
interface Waiting {
  readonly destination: string;
  readonly pending: number | string;
  readonly sending: number | string;
  readonly dead: number | string;
  readonly due: number | string | null;
}

const [PENDING, SENDING, DEAD] = [0, 1, 2] as const;
/** Counting takes at most one part in so many of the time (of a minute), however often it is asked for. */
const PARTS = 20;
/** What is counted faster is counted for everybody who asks. */
const SOON_MS = 25;
/** However long it took: it may have waited for something else most of the time, and figures are watched for alarms. */
const OLDEST_MS = 60_000;

/** How far the delivery of partner postbacks is behind. */
@Injectable()
export class OutboxGauge {
  private counting: Promise<readonly Waiting[]> | undefined;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly outbox: PostbackOutbox,
    private readonly holds: PostbackHolds,
    private readonly clock: Clock,
  ) {}

  /**
   * While the outbox is long, what was counted a moment ago: at most twenty times as long ago as counting has taken, and
   * never more than a minute.
   *
   * @throws the database's error.
   */
  async depth(): Promise<OutboxDepth> {
    // Every time, because it asks the database, too: whether that is there must not be remembered.
    const holdOf = await this.holds.look();
    const found = await this.counted();
    const sum = (name: 'pending' | 'sending' | 'dead') => found.reduce((total, row) => total + Number(row[name]), 0);
    const due = found.flatMap((row) =>
      row.due !== null && holdOf(row.destination) === undefined ? [Number(row.due)] : [],
    );
    const lag = due.reduce((longest, at) => Math.max(longest, this.clock.now() - at), 0);
    return { pending: sum('pending'), sending: sum('sending'), dead: sum('dead'), lagSeconds: lag / 1000 };
  }

  /** Several who ask at the same time wait for one counting. */
  private counted(): Promise<readonly Waiting[]> {
    if (!this.counting) {
      const counting = this.count();
      this.counting = counting;
      const forget = () => {
        if (this.counting === counting) this.counting = undefined;
      };
      const start = performance.now();
      counting.then(() => {
        const took = performance.now() - start;
        if (took < SOON_MS) forget();
        else setTimeout(forget, Math.min(PARTS * took, OLDEST_MS)).unref();
      }, forget);
    }
    return this.counting;
  }

  private count(): Promise<Waiting[]> {
    const { table } = this.outbox.outbox;
    const inState = (state: number) => `COUNT(CASE WHEN state = ${state} THEN 1 END)`;
    // By destination alone: that is the order of an index that has all of it, so that nothing is sorted.
    return this.storage.dataSource.query<Waiting[]>(
      `SELECT destination, ${inState(PENDING)} AS pending, ${inState(SENDING)} AS sending, ${inState(DEAD)} AS dead,
        MIN(CASE WHEN state = ${PENDING} THEN due_at END) AS due FROM ${table} GROUP BY destination`,
    );
  }
}
