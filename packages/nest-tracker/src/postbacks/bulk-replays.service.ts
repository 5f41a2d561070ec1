import { BadRequestException, ConflictException, Injectable } from '@nestjs/common';
import type { Outcome, Reason } from '@tallyback/protocol';
import { And, type FindOperator, IsNull, LessThan, MoreThan, MoreThanOrEqual } from 'typeorm';
import type { PageRequest } from '../http/page.js';
import { idsOf } from '../http/period.js';
import { PAGING, requireKnown } from '../http/require-known.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { InboundPostback } from './inbound-postback.entity.js';
import { INBOUND_FILTERS, readInboundSearch } from './inbound-search.js';
import { ReplaysService } from './replays.service.js';

/** What became of refused requests that were run again. */
export interface ReplayCounts {
  readonly replayed: number;
  readonly outcomes: Partial<Record<Outcome, number>>;
  /** Why those that were refused again were. */
  readonly reasons: Partial<Record<Reason, number>>;
  /** Requests that have no replay, or that somebody has to answer for. */
  readonly notReplayable: number;
  /** Cursor of the next call; null when all that match are through. */
  readonly next: string | null;
}

/** Replays of many refused requests at once, after a cause that they have in common is mended. */
@Injectable()
export class BulkReplaysService {
  constructor(
    private readonly storage: TrackerStorage,
    private readonly replays: ReplaysService,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs the refused requests that match every filter again, one after the other and oldest first, because a message may
   * build on an earlier one. Replays are not replayed. Ends early when the storage fails; `next` goes on from there.
   *
   * @throws BadRequestException when no filter is given, or one is not known or has no sense.
   */
  async replayAll(
    filters: URLSearchParams,
    { limit, after }: PageRequest,
    options: { vouch?: boolean } = {},
  ): Promise<ReplayCounts> {
    if (!INBOUND_FILTERS.some((name) => filters.has(name))) {
      throw new BadRequestException(`Say which requests to replay, by at least one of: ${INBOUND_FILTERS.join(', ')}.`);
    }
    requireKnown(filters, [...INBOUND_FILTERS, ...PAGING]);
    const { where: asked, period } = readInboundSearch(filters, this.clock.now());
    const { from, before } = idsOf(period);
    const ids: FindOperator<string>[] = [];
    if (from !== undefined) ids.push(MoreThanOrEqual(from));
    if (before !== undefined) ids.push(LessThan(before));
    if (after !== undefined) ids.push(MoreThan(after));
    const matching = ids.length > 0 ? { ...asked, id: And(...ids) } : asked;
    const where = { ...matching, outcome: 'rejected' as const, replayOf: IsNull() };
    const found = await this.storage.manager.find(InboundPostback, {
      select: { id: true },
      where,
      order: { id: 'ASC' },
      take: limit + 1,
    });
    const rows = found.slice(0, limit);
    const counts = new Counts();
    let last = after ?? null;
    for (const { id } of rows) {
      if (!(await this.replayOne(id, options, counts))) return { ...counts.totals(), next: last };
      last = id;
    }
    return { ...counts.totals(), next: found.length > limit ? last : null };
  }

  /** Whether it is of use to go on. */
  private async replayOne(id: string, options: { vouch?: boolean }, counts: Counts): Promise<boolean> {
    try {
      const { result } = await this.replays.replay(id, options);
      if (result.accepted) {
        counts.outcome(result.outcome);
        return true;
      }
      counts.refused(result.refusal.reason);
      return result.refusal.reason !== 'storage_unavailable';
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
      counts.notReplayable++;
      return true;
    }
  }
}

class Counts {
  private replayed = 0;
  private readonly outcomes: Partial<Record<Outcome, number>> = {};
  private readonly reasons: Partial<Record<Reason, number>> = {};
  notReplayable = 0;

  outcome(outcome: Outcome): void {
    this.replayed++;
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }

  refused(reason: Reason): void {
    this.outcome('rejected');
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }

  totals(): Omit<ReplayCounts, 'next'> {
    const { replayed, outcomes, reasons, notReplayable } = this;
    return { replayed, outcomes, reasons, notReplayable };
  }
}
