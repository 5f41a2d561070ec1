import { Injectable } from '@nestjs/common';
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
  /** For how many seconds the one that has been due longest has waited; 0 when none is due. */
  readonly lagSeconds: number;
}

interface StateRow {
  readonly state: number;
  readonly rows: number | string;
  readonly due: number | string | null;
}

const [PENDING, SENDING, DEAD] = [0, 1, 2];

/** How far the delivery of partner postbacks is behind. */
@Injectable()
export class OutboxGauge {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly outbox: PostbackOutbox,
    private readonly clock: Clock,
  ) {}

  /** @throws the database's error. */
  async depth(): Promise<OutboxDepth> {
    const { table } = this.outbox.outbox;
    const text = `SELECT state, COUNT(*) AS rows, MIN(due_at) AS due FROM ${table} GROUP BY state`;
    const found = await this.storage.dataSource.query<StateRow[]>(text);
    const of = (state: number | undefined) => found.find((row) => Number(row.state) === state);
    const rows = (state: number | undefined) => Number(of(state)?.rows ?? 0);
    const due = of(PENDING)?.due;
    const lag = due === null || due === undefined ? 0 : Math.max(0, this.clock.now() - Number(due));
    return { pending: rows(PENDING), sending: rows(SENDING), dead: rows(DEAD), lagSeconds: lag / 1000 };
  }
}
