import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { In } from 'typeorm';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Conversion } from '../conversions/conversion.entity.js';
import { Counter } from '../conversions/counter.entity.js';
import { PERIODS, periodName } from '../conversions/working-set/counter-keys.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { BackgroundRefresh } from '../storage/background-refresh.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { type CappedScopes, type CapRoom, cappedOf, isFull, roomOf, spend } from './cap-room.js';

/** After this long the next visitor starts a new look, in milliseconds. */
const FRESH_MS = 5_000;
/** After this long visitors wait for it: the longest that another process's conversions may go unseen. */
const MAX_AGE_MS = 30_000;

/** The scopes of offers and partners whose caps are reached. */
export type ReachedCaps = ReadonlySet<string>;

/** What was seen when somebody looked. */
interface Seen {
  readonly reached: ReachedCaps;
  /** By scope, less what this process has recorded since. */
  readonly room: ReadonlyMap<string, CapRoom>;
  readonly at: number;
  /** Whose caps were looked at. */
  capped: CappedScopes;
}

/** A look that is under way. */
interface Look {
  readonly text: string;
  /** What this process has recorded since it began. */
  readonly since: Conversion[];
  readonly found: Promise<ReachedCaps>;
}

const NONE: ReachedCaps = new Set();

/**
 * Whose caps are reached: visitors are sent elsewhere then. What counts is decided exactly, when the conversion comes; here
 * hardly anybody waits for the database. Whoever comes after a conversion of this process that may have reached a cap, or
 * have made room under one, does; conversions of other processes are seen some seconds later.
 */
@Injectable()
export class CapWatch implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(CapWatch.name);
  private readonly ahead = new BackgroundRefresh((error) =>
    this.logger.warn(`Caps could not be looked at: ${error.message}`),
  );
  private subscription: Subscription | undefined;
  private seen: Seen | undefined;
  private running: Look | undefined;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly clock: Clock,
    private readonly events: TrackerEvents,
  ) {}

  onModuleInit(): void {
    this.subscription = this.events.conversions$.subscribe(({ conversion }) => this.count(conversion));
  }

  onModuleDestroy(): void {
    this.subscription?.unsubscribe();
  }

  /** Answers at once unless the last look is too long ago, or something has happened since: every click asks. */
  reached(catalog: CatalogSnapshot): ReachedCaps | Promise<ReachedCaps> {
    const capped = cappedOf(catalog);
    if (capped.list.length === 0) return NONE;
    const { seen } = this;
    if (!seen) return this.look(capped);
    if (seen.capped !== capped) {
      // Another snapshot, mostly of the same caps; their text is compared once.
      if (seen.capped.text !== capped.text) return this.look(capped);
      seen.capped = capped;
    }
    const age = Math.abs(this.clock.now() - seen.at);
    if (age > MAX_AGE_MS) return this.look(capped);
    if (age > FRESH_MS) this.ahead.begin(() => this.look(capped));
    return seen.reached;
  }

  private count(conversion: Conversion): void {
    this.running?.since.push(conversion);
    if (this.seen && spend(this.seen.room, conversion)) this.seen = undefined;
  }

  private look(capped: CappedScopes): Promise<ReachedCaps> {
    if (this.running?.text === capped.text) return this.running.found;
    const since: Conversion[] = [];
    const found = this.read(capped, since).finally(() => {
      if (this.running?.found === found) this.running = undefined;
    });
    this.running = { text: capped.text, since, found };
    return found;
  }

  /** @param since What is recorded meanwhile, which the counters that are read may not know. */
  private async read(capped: CappedScopes, since: Conversion[], again = false): Promise<ReachedCaps> {
    const at = this.clock.now();
    const rows = await this.storage.manager.findBy(Counter, {
      scope: In(capped.list.map(({ scope }) => scope)),
      event: '',
      period: In(PERIODS.map((period) => periodName(period, at))),
    });
    const room = new Map<string, CapRoom>();
    const reached = new Set<string>();
    for (const one of capped.list) {
      const left = roomOf(
        one,
        rows.filter(({ scope }) => scope === one.scope),
        at,
      );
      room.set(one.scope, left);
      if (isFull(left)) reached.add(one.scope);
    }
    const isOld = since.splice(0).filter((conversion) => spend(room, conversion)).length > 0;
    if (isOld && !again) return this.read(capped, since, true);
    this.seen = isOld ? undefined : { reached, room, at, capped };
    return reached;
  }
}
