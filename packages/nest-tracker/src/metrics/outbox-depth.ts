import { Injectable } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { PostbackOutbox } from '../partner-postbacks/postback-outbox.js';
import { PostbackPauses } from '../partner-postbacks/postback-pauses.service.js';
import { PostbackPlanner } from '../partner-postbacks/postback-planner.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { webhookName } from '../webhooks/webhook.js';

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

interface StateRow {
  readonly state: number;
  readonly destination: string;
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
    private readonly catalog: CatalogService,
    private readonly planner: PostbackPlanner,
    private readonly pauses: PostbackPauses,
    private readonly clock: Clock,
  ) {}

  /** @throws the database's error. */
  async depth(): Promise<OutboxDepth> {
    const { table } = this.outbox.outbox;
    const text = `SELECT state, destination, COUNT(*) AS rows, MIN(due_at) AS due FROM ${table} GROUP BY state, destination`;
    const found = await this.storage.dataSource.query<StateRow[]>(text);
    const of = (state: number | undefined) => found.filter((row) => Number(row.state) === state);
    const rows = (state: number | undefined) => of(state).reduce((sum, row) => sum + Number(row.rows), 0);
    const delivered = await this.delivered();
    const due = of(PENDING).flatMap((row) => (row.due !== null && delivered(row.destination) ? [Number(row.due)] : []));
    const lag = due.reduce((longest, at) => Math.max(longest, this.clock.now() - at), 0);
    return { pending: rows(PENDING), sending: rows(SENDING), dead: rows(DEAD), lagSeconds: lag / 1000 };
  }

  /** Whether anybody is to deliver to a destination. */
  private async delivered(): Promise<(destination: string) => boolean> {
    const catalog = await this.catalog.snapshot();
    const paused = await this.pauses.names();
    const { byName } = this.planner.bookOf(catalog);
    const webhooks = new Set(catalog.webhooks.map(webhookName));
    return (name) => webhooks.has(name) || (byName.has(name) && !paused.has(name));
  }
}
