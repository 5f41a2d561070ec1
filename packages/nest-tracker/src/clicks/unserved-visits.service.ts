import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { HttpRequest } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import { Metrics } from '../metrics/metrics.service.js';
import { InboundLog } from '../postbacks/inbound-log.service.js';
import { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import { Clock } from '../storage/clock.js';
import { writeAll } from '../storage/insert-queries.js';
import { saidBy } from '../storage/said-by.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { type Query, writing } from '../storage/transaction-work.js';

const MINUTE_MS = 60_000;
/** Rows of one minute; what comes under further names is counted on the last of them. */
const MOST_ROWS = 256;
const WRITE_EVERY_MS = 5_000;

/** A row of the log, with what has been counted on it. */
interface Logged {
  readonly row: Promise<InboundPostback>;
  /** Requests like it that the row does not tell of yet. */
  more: number;
}

/**
 * Logs visits that no campaign took. Whoever guesses campaigns, or sends a million visitors to one that is paused, must not
 * fill the log: it has one row per campaign and minute, which says how many more there were.
 */
@Injectable()
export class UnservedVisits implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(UnservedVisits.name);
  private minute = 0;
  private logged = new Map<string, Logged>();
  private readonly uncounted = new Set<Logged>();
  private timer: NodeJS.Timeout | undefined;
  private increment: (id: string, more: number) => Query;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly log: InboundLog,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    const { table } = this.storage.rowsOf(InboundPostback);
    const [more, id] = this.storage.dialect === 'postgres' ? ['$1', '$2'] : ['?', '?'];
    const text = `UPDATE ${table} SET repeats = repeats + ${more} WHERE id = ${id}`;
    this.increment = (row, count) => writing(text, [count, row]);
  }

  /**
   * Logs a visit, or counts it on the row of one like it; resolves when there is a durable row for it.
   *
   * @param status That was answered.
   */
  async add(request: HttpRequest, refusal: Refusal, campaign: string, status?: number): Promise<void> {
    const minute = Math.floor(this.clock.now() / MINUTE_MS);
    if (minute !== this.minute) [this.minute, this.logged] = [minute, new Map()];
    const name = `${request.method} ${status} ${campaign}`;
    const known =
      this.logged.get(name) ?? (this.logged.size >= MOST_ROWS ? [...this.logged.values()].pop() : undefined);
    if (known) {
      await known.row;
      known.more++;
      this.metrics.countPostback('rejected', refusal.reason);
      this.uncounted.add(known);
      this.timer ??= setTimeout(() => void this.write(), WRITE_EVERY_MS).unref();
      return;
    }
    const { logged } = this;
    const facts = { step: 'findCampaign', campaign, ...(status === undefined ? {} : { status }) };
    const row = this.log.refused(request, refusal, facts);
    logged.set(name, { row, more: 0 });
    try {
      await row;
    } catch (error) {
      logged.delete(name);
      throw error;
    }
  }

  /** Writes what has been counted. What cannot be written is tried again with the next. */
  async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const entries = [...this.uncounted];
    // At once: what is counted while we wait is for the next time.
    this.uncounted.clear();
    const counted = await Promise.all(
      entries.map(async (entry) => ({ entry, id: (await entry.row).id, more: entry.more })),
    );
    if (counted.length === 0) return;
    for (const { entry, more } of counted) entry.more -= more;
    try {
      await this.storage.run(() => writeAll(counted.map(({ id, more }) => this.increment(id, more))));
    } catch (error) {
      for (const { entry, more } of counted) {
        entry.more += more;
        this.uncounted.add(entry);
      }
      this.logger.warn(`Visits without a campaign are not counted in the log yet: ${saidBy(error)}`);
    }
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.write();
  }
}
