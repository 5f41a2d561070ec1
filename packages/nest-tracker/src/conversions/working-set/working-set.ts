import type { TrackerStorage } from '../../storage/tracker-storage.js';
import type { TransactionWork } from '../../storage/transaction-work.js';
import { CustomersClicks, customerQueries } from '../attribution/customers-clicks.js';
import type { Decision } from '../decision.js';
import { Counters, counterQueries } from './counters.js';
import { FirstOfClick, firstOfClickQueries } from './first-of-click.js';
import { clickQueries, DECIDING_COLUMNS, type KnownClick, KnownClicks } from './known-clicks.js';
import { deliveryQueries, SeenDeliveries } from './seen-deliveries.js';
import { conversionQueries, StandingConversions } from './standing-conversions.js';

/** Every statement that fills a working set, built once per tracker. */
export function workingSetQueries(storage: TrackerStorage) {
  return {
    clicks: clickQueries(storage, DECIDING_COLUMNS),
    conversions: conversionQueries(storage),
    deliveries: deliveryQueries(storage),
    firstOfClick: firstOfClickQueries(storage),
    counters: counterQueries(storage),
    customers: customerQueries(storage),
  };
}

/** A conversion that may come to be. */
interface Expected {
  readonly clickId: string;
  readonly event: string;
  readonly now: number;
}

/**
 * What a group of messages has to know, read with one statement per kind, and what its decisions have made of it so far.
 * Who asks for something that was not read gets `NOT_LOADED` thrown at; the group then reads it and decides again.
 */
export class WorkingSet {
  readonly clicks: KnownClicks<KnownClick>;
  readonly conversions: StandingConversions;
  readonly deliveries: SeenDeliveries;
  readonly firstOfClick: FirstOfClick;
  readonly counters: Counters;
  readonly customers: CustomersClicks;
  private expected: Expected[] = [];

  constructor(queries: ReturnType<typeof workingSetQueries>) {
    this.clicks = new KnownClicks(queries.clicks);
    this.conversions = new StandingConversions(queries.conversions);
    this.deliveries = new SeenDeliveries(queries.deliveries);
    this.firstOfClick = new FirstOfClick(queries.firstOfClick);
    this.counters = new Counters(queries.counters);
    this.customers = new CustomersClicks(queries.customers);
  }

  /** Wants a click, and what a conversion of it would count in. */
  expect(conversion: Expected): void {
    this.clicks.want(conversion.clickId);
    this.expected.push(conversion);
  }

  /**
   * Reads what is wanted. The order matters where processes share a database: every one locks counters, then
   * conversions, then clicks, and what decides about a copy is read after the lock that its twin may have held.
   */
  *load(): TransactionWork<void> {
    yield* this.clicks.load();
    yield* this.conversions.load();
    for (const { clickId, event, now } of this.expected) {
      const click = this.clicks.get(clickId);
      if (click) this.counters.wantFor({ ...click, event }, now);
    }
    this.expected = [];
    for (const conversion of this.conversions.all()) this.counters.wantFor(conversion, conversion.receivedAt);
    const waited = yield* this.counters.load();
    const locked = yield* this.conversions.loadLocked(waited);
    if (locked) this.deliveries.wantMissingAgain();
    yield* this.deliveries.load();
    yield* this.firstOfClick.load();
    yield* this.customers.load();
  }

  /** Makes a decision known to those that come after it. */
  apply({ change, delivery }: Decision<unknown>): void {
    if (change) {
      this.counters.move(change.before, change.after);
      this.conversions.put(change.after);
      this.firstOfClick.put(change.after);
      this.customers.put(change.after);
    }
    if (delivery) this.deliveries.put(delivery, delivery.conversionId);
  }

  /** Forgets all decisions. */
  reset(): void {
    this.conversions.reset();
    this.deliveries.reset();
    this.firstOfClick.reset();
    this.customers.reset();
    this.counters.reset();
  }
}
