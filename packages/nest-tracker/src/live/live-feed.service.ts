import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { createId } from '@tallyback/protocol';
import { Subscription } from 'rxjs';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { Conversion } from '../conversions/conversion.entity.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { type LiveBus, ProcessBus } from './live-bus.js';
import {
  clickContent,
  conversionContent,
  type LiveContent,
  type LiveEvent,
  partnerPostbackContent,
  postbackContent,
} from './live-event.js';
import { PostgresBus } from './postgres-bus.js';

/** Events that are remembered for those who come back. */
const REMEMBERED = 2_000;
/** How long after the last watcher has left events are still remembered, in milliseconds. */
const LINGER_MS = 60_000;

/** Somebody who watches. */
export interface Watcher {
  tell(event: LiveEvent): void;
  /** Events may have been missed, or the process ends: come back with the last id. */
  end(): void;
}

/** What happens on every process of this database, after the commit, to whoever watches here. */
@Injectable()
export class LiveFeed implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LiveFeed.name);
  private readonly watchers = new Set<Watcher>();
  private readonly subscriptions = new Subscription();
  private remembered: LiveEvent[] = [];
  private bus: LiveBus;
  private closed = false;
  private wantedUntil = 0;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly events: TrackerEvents,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
  ) {}

  /** How many watch here. */
  get size(): number {
    return this.watchers.size;
  }

  onModuleInit(): void {
    const listener = {
      isWanted: () => this.isWanted(),
      arrived: (event: LiveEvent) => this.arrived(event),
      broken: () => this.endAll(),
    };
    const { storage, events } = this;
    this.bus =
      storage.dialect === 'postgres'
        ? new PostgresBus(storage.dataSource, storage.rowsOf(Conversion, ['id']).table, listener)
        : new ProcessBus(listener);
    this.subscriptions.add(
      events.clicks$.subscribe((click) => this.publish((catalog) => clickContent(click, catalog))),
    );
    this.subscriptions.add(
      events.conversions$.subscribe((event) => this.publish((catalog) => conversionContent(event, catalog))),
    );
    this.subscriptions.add(
      events.partnerPostbacks$.subscribe((settled) =>
        this.publish(() => partnerPostbackContent(settled, this.clock.now())),
      ),
    );
    this.subscriptions.add(events.postbacks$.subscribe((row) => this.publish(() => postbackContent(row))));
  }

  async onModuleDestroy(): Promise<void> {
    this.closed = true;
    this.subscriptions.unsubscribe();
    this.endAll();
    await this.bus.close();
  }

  /**
   * Adds a watcher; it is told everything that happens from now on.
   *
   * @param lastId The last event that it knows.
   * @returns What is remembered since that one; undefined when it is not remembered.
   * @throws the database's error when this process cannot listen.
   */
  async watch(watcher: Watcher, lastId: string | undefined): Promise<readonly LiveEvent[] | undefined> {
    await this.bus.listen();
    if (this.closed) {
      watcher.end();
      return [];
    }
    // What was remembered before nobody wanted anything has a gap behind it.
    if (!this.isWanted()) this.remembered = [];
    this.watchers.add(watcher);
    if (lastId === undefined) return [];
    const known = this.remembered.findIndex(({ id }) => id === lastId);
    return known === -1 ? undefined : this.remembered.slice(known + 1);
  }

  leave(watcher: Watcher): void {
    if (this.watchers.delete(watcher)) this.wantedUntil = this.clock.now() + LINGER_MS;
  }

  private publish(contentOf: (catalog: CatalogSnapshot) => LiveContent): void {
    const id = createId(this.clock.now());
    this.bus.publish(async () => {
      try {
        // In memory, except for a process that has not read the catalog for long.
        return { id, ...contentOf(await this.catalog.snapshot()) };
      } catch (error) {
        this.logger.warn(`A live event was not told: ${(error as Error).message}`);
        return undefined;
      }
    });
  }

  /** Otherwise nothing is made ready for nobody: events are as many as clicks. */
  private isWanted(): boolean {
    return this.watchers.size > 0 || this.clock.now() < this.wantedUntil;
  }

  private arrived(event: LiveEvent): void {
    this.remembered.push(event);
    if (this.remembered.length >= 2 * REMEMBERED) this.remembered = this.remembered.slice(-REMEMBERED);
    for (const watcher of this.watchers) watcher.tell(event);
  }

  private endAll(): void {
    this.remembered = [];
    const watchers = [...this.watchers];
    this.watchers.clear();
    for (const watcher of watchers) watcher.end();
  }
}
