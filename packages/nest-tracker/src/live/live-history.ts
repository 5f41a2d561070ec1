import { Injectable } from '@nestjs/common';
import { createId, idTime } from '@tallyback/protocol';
import { type EntityTarget, In, MoreThan, type ObjectLiteral } from 'typeorm';
import { CatalogService } from '../catalog/catalog.service.js';
import { Click } from '../clicks/click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import { LedgerEntry } from '../conversions/ledger-entry.entity.js';
import { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { clickContent, conversionContent, type LiveContent, type LiveEvent, postbackContent } from './live-event.js';

/** Rows of each kind that are read back at the most. */
const MOST = 1_000;
/** What began before an event may have been committed after it. */
const OVERLAP_MS = 1_000;

/** What happened since an event that nobody remembers. */
export interface Missed {
  readonly events: readonly LiveEvent[];
  /** Whether there was more than is told. */
  readonly incomplete: boolean;
}

/** Reads from the database what a watcher has missed while no process remembers it. */
@Injectable()
export class LiveHistory {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
  ) {}

  /** Everything since the time of an event, oldest first; what happened at about that time may be told again. */
  async since(eventId: string): Promise<Missed> {
    const catalog = await this.catalog.snapshot();
    const floor = idAt(idTime(eventId) - OVERLAP_MS);
    const clicks = await this.newest(Click, floor);
    const postbacks = await this.newest(InboundPostback, floor);
    const entries = await this.newest(LedgerEntry, floor);
    const conversions = await this.storage.manager.findBy(Conversion, {
      id: In(entries.map(({ conversionId }) => conversionId)),
    });
    const made = new Set(entries.filter(({ oldStatus }) => oldStatus === null).map((entry) => entry.conversionId));
    const outcomeOf = ({ id, offerId }: Conversion) =>
      made.has(id) ? (offerId === null ? 'unattributed' : 'recorded') : 'updated';
    const contents: (readonly [number, LiveContent])[] = [
      ...clicks.map((click) => [click.at, clickContent(click, catalog)] as const),
      ...conversions.map(
        (conversion) =>
          [conversion.updatedAt, conversionContent({ outcome: outcomeOf(conversion), conversion }, catalog)] as const,
      ),
      ...postbacks.map((row) => [idTime(row.id), postbackContent(row)] as const),
    ];
    return {
      events: contents.sort(([a], [b]) => a - b).map(([at, content]) => ({ id: createId(at), ...content })),
      incomplete: [clicks, postbacks, entries].some(({ length }) => length === MOST),
    };
  }

  private newest<Row extends ObjectLiteral & { id: string }>(entity: EntityTarget<Row>, floor: string): Promise<Row[]> {
    return this.storage.manager.find(entity, {
      where: { id: MoreThan(floor) } as object,
      order: { id: 'DESC' } as object,
      take: MOST,
    });
  }
}

/** The lowest id of a time: an id begins with its time. */
function idAt(time: number): string {
  return createId(Math.max(0, time)).slice(0, 10).padEnd(26, '0');
}
