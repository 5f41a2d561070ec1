import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Subscription } from 'rxjs';
import { TrackerEvents } from '../events/tracker-events.js';
import { LiveFeed } from '../live/live-feed.service.js';
import { Retention } from '../privacy/retention.service.js';
import { isStorageFailure } from '../storage/storage-failure.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { Counts } from './counts.js';
import { inTime } from './in-time.js';
import { type OutboxDepth, OutboxGauge } from './outbox-depth.js';

/** What this process has done since it started, and what waits, in Prometheus' text format (version 0.0.4). */
@Injectable()
export class Metrics implements OnModuleInit, OnModuleDestroy {
  private readonly clicks = new Counts();
  private readonly conversions = new Counts();
  private readonly postbacks = new Counts();
  private readonly attempts = new Counts();
  private readonly subscriptions = new Subscription();
  private asking: Promise<unknown> | undefined;

  constructor(
    private readonly events: TrackerEvents,
    private readonly storage: TrackerStorage,
    private readonly outbox: OutboxGauge,
    private readonly live: LiveFeed,
    private readonly retention: Retention,
  ) {}

  onModuleInit(): void {
    const { clicks$, conversions$, postbacks$, partnerPostbacks$ } = this.events;
    this.subscriptions.add(clicks$.subscribe(({ kind, bot }) => this.clicks.add({ kind, bot: String(bot) })));
    this.subscriptions.add(conversions$.subscribe(({ outcome }) => this.conversions.add({ outcome })));
    this.subscriptions.add(
      postbacks$.subscribe(({ outcome, reason }) => this.postbacks.add({ outcome, reason: reason ?? '' })),
    );
    this.subscriptions.add(partnerPostbacks$.subscribe(({ outcome }) => this.attempts.add({ outcome })));
  }

  /** Counts an inbound request that has no row of its own in the log. */
  countPostback(outcome: string, reason: string): void {
    this.postbacks.add({ outcome, reason });
  }

  onModuleDestroy(): void {
    this.subscriptions.unsubscribe();
  }

  /**
   * While the database does not answer, all but what it alone can tell: that is when these are looked at most.
   *
   * @param patienceMs How long the database is waited for.
   */
  async text(patienceMs: number): Promise<string> {
    const { up, depth } = await this.asked(patienceMs);
    const sweeps = 'tallyback_retention_failures_total';
    const families: readonly Family[] = [
      ['tallyback_clicks_total', 'counter', 'Clicks stored.', this.clicks],
      ['tallyback_conversions_total', 'counter', 'Conversions recorded or changed.', this.conversions],
      ['tallyback_inbound_postbacks_total', 'counter', 'Inbound requests by outcome and reason.', this.postbacks],
      ['tallyback_partner_postback_attempts_total', 'counter', 'Attempts to tell partners.', this.attempts],
      ['tallyback_transaction_duration_seconds', 'histogram', 'Group commits.', this.storage.durations],
      ['tallyback_database_up', 'gauge', 'Whether the database answered just now.', up ? 1 : 0],
      ...(depth ? waitingFamilies(depth) : []),
      ['tallyback_live_watchers', 'gauge', 'Open event streams of this process.', this.live.size],
      [sweeps, 'counter', 'Sweeps that could not remove all that is too old.', this.retention.failures],
    ];
    const lines = families.flatMap(([name, type, help, samples]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...(typeof samples === 'number' ? [`${name} ${samples}`] : samples.lines(name)),
    ]);
    return `${lines.join('\n')}\n`;
  }

  /** What the database says in time: whether it answers, and what waits; counting that may take longer. */
  private async asked(patienceMs: number): Promise<{ readonly up: boolean; readonly depth?: OutboxDepth }> {
    let said: Awaited<ReturnType<Metrics['asked']>> = { up: false };
    const ask = async () => {
      try {
        await this.answered();
        said = { up: true };
        said = { up: true, depth: await this.outbox.depth() };
      } catch (error) {
        if (!isStorageFailure(error)) throw error;
        said = { up: false };
      }
    };
    await inTime(patienceMs, ask());
    return said;
  }

  /** One question at a time: in a data source that waits for ever, each would keep a connection of the host's pool. */
  private answered(): Promise<unknown> {
    this.asking ??= this.storage.dataSource.query('SELECT 1').finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }
}

type Family = readonly [name: string, type: string, help: string, samples: number | { lines(name: string): string[] }];

function waitingFamilies({ lagSeconds, ...depth }: OutboxDepth): Family[] {
  const waiting = new Counts();
  for (const [state, rows] of Object.entries(depth)) waiting.add({ state }, rows);
  const outbox = 'tallyback_partner_postbacks_waiting';
  return [
    [outbox, 'gauge', 'Partner postbacks in the outbox, of all processes.', waiting],
    ['tallyback_partner_postback_lag_seconds', 'gauge', 'How long the oldest due one has waited.', lagSeconds],
  ];
}
