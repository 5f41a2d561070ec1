import { Injectable, Logger } from '@nestjs/common';
import { Subject } from 'rxjs';
import type { EntityManager } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Change } from '../conversions/decision.js';
import { clickQueries, KnownClicks } from '../conversions/working-set/known-clicks.js';
import { NOT_LOADED } from '../conversions/working-set/not-loaded.js';
import { insertQueries, writeAll } from '../storage/insert-queries.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { type TransactionWork, writing } from '../storage/transaction-work.js';
import type { CompiledPostback } from './compile-postback.js';
import { TOLD_COLUMNS, type ToldClick } from './macro-values.js';
import { OutboundPostback } from './outbound-postback.entity.js';
import { type PlannedPostback, PostbackPlan } from './plan-postbacks.js';
import { PostbackBook } from './postback-book.js';
import { PostbackOutbox } from './postback-outbox.js';

/** Plans postbacks to partners and stores them within the transaction of what they tell. */
@Injectable()
export class PostbackPlanner {
  private readonly logger = new Logger(PostbackPlanner.name);
  private readonly cache = new Map<string, CompiledPostback>();
  private current: { readonly catalog: CatalogSnapshot; readonly book: PostbackBook } | undefined;
  private insert: ReturnType<typeof insertQueries<OutboundPostback>> | undefined;
  private clickQueries: ReturnType<typeof clickQueries> | undefined;
  private readonly stored = new Subject<ReadonlySet<string>>();

  /** Names of the postbacks that something was committed for. */
  readonly stored$ = this.stored.asObservable();

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly outbox: PostbackOutbox,
  ) {}

  /** The plan by the catalog as it is now. */
  async plan(): Promise<PostbackPlan> {
    return this.planBy(await this.catalog.snapshot());
  }

  planBy(catalog: CatalogSnapshot): PostbackPlan {
    return new PostbackPlan(this.bookOf(catalog), catalog);
  }

  /** The postbacks of a catalog; compiled once. */
  bookOf(catalog: CatalogSnapshot): PostbackBook {
    if (this.current?.catalog !== catalog) {
      const book = new PostbackBook(catalog, this.cache, (name, error) =>
        this.logger.error(`The partner postback ${name} cannot be used and is left out: ${error.message}`),
      );
      this.current = { catalog, book };
    }
    return this.current.book;
  }

  /** What changes set off, with the clicks that they tell of read in one statement. */
  *planAll(plan: PostbackPlan, changes: readonly Change[]): TransactionWork<PlannedPostback[]> {
    if (changes.length === 0) return [];
    this.clickQueries ??= clickQueries(this.storage, TOLD_COLUMNS);
    const clicks = new KnownClicks<ToldClick>(this.clickQueries);
    for (;;) {
      const planned: PlannedPostback[] = [];
      let complete = true;
      for (const change of changes) {
        try {
          planned.push(...plan.of(change, (id) => clicks.get(id)));
        } catch (error) {
          if (error !== NOT_LOADED) throw error;
          complete = false;
        }
      }
      if (complete) return planned;
      yield* clicks.load();
    }
  }

  /** Stores what was planned, within the transaction that runs this. */
  *write(planned: readonly PlannedPostback[]): TransactionWork<void> {
    if (planned.length === 0) return;
    this.insert ??= insertQueries(this.storage.rowsOf(OutboundPostback), this.storage.dialect);
    yield* writeAll(this.insert(planned.map(({ row }) => row)));
    const deliveries = planned.flatMap(({ delivery }) => delivery ?? []);
    const statements = this.outbox.outbox.insert(deliveries);
    yield* writeAll(statements.map(({ text, parameters }) => writing(text, parameters)));
  }

  /** Stores what was planned, within the transaction of an entity manager. */
  async writeWith(manager: EntityManager, planned: readonly PlannedPostback[]): Promise<void> {
    const work = this.write(planned);
    for (let step = work.next(); !step.done; step = work.next({ rows: [], changes: 0 })) {
      await manager.query(step.value.text, [...step.value.parameters]);
    }
  }

  /** Has what was stored sent; to be called after the commit. */
  committed(planned: readonly PlannedPostback[]): void {
    const names = new Set(planned.flatMap(({ delivery }) => delivery?.destination ?? []));
    if (names.size > 0) this.stored.next(names);
  }
}
