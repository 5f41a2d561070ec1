import { createId } from '@tallyback/protocol';
import type { OutboxDelivery } from '@tallyback/sdk-node/outbox';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import type { Conversion } from '../conversions/conversion.entity.js';
import type { Change } from '../conversions/decision.js';
import { webhooksOf } from '../webhooks/plan-webhooks.js';
import { macroValues, type ToldClick } from './macro-values.js';
import { OutboundPostback } from './outbound-postback.entity.js';
import type { BookedPostback, PostbackBook } from './postback-book.js';

/** One postback to be stored: its row in the log, and what is to be sent, unless it is skipped. */
export interface PlannedPostback {
  readonly row: OutboundPostback;
  readonly delivery: OutboxDelivery | undefined;
}

const DEFAULT_STATUSES: readonly string[] = ['approved'];

/** What tells partners of changes, by one state of the catalog. */
export class PostbackPlan {
  constructor(
    private readonly book: PostbackBook,
    private readonly catalog: CatalogSnapshot,
  ) {}

  /** Everything that a change sets off: postbacks to partners, and webhooks. */
  of(change: Pick<Change, 'before' | 'after' | 'at'>, clickOf: (id: string) => ToldClick | null): PlannedPostback[] {
    return [...this.toPartners(change, clickOf), ...webhooksOf(this.catalog, change)];
  }

  /**
   * The postbacks that a change sets off: it made a conversion of the partner's, or gave it another status.
   *
   * @param clickOf Reads a click; may throw to have it read first.
   */
  private toPartners(
    { before, after, at }: Pick<Change, 'before' | 'after' | 'at'>,
    clickOf: (id: string) => ToldClick | null,
  ): PlannedPostback[] {
    if (after.partnerId === null || after.offerId === null) return [];
    if (before && before.offerId !== null && before.status === after.status) return [];
    const triggered = this.book.of(after.partnerId, after.campaignId).filter((one) => wants(one, after));
    if (triggered.length === 0) return [];
    const click = after.clickId === null ? null : clickOf(after.clickId);
    return triggered.map((one) => this.planned(one, after, click, at, 'conversion'));
  }

  /** The postback that would have been sent, had it been set up when the conversion came. */
  late(one: BookedPostback, conversion: Conversion, click: ToldClick | null, at: number): PlannedPostback | undefined {
    const { partnerId, campaignId } = conversion;
    // A campaign with a list of its own does not use its partner's.
    const told = this.book.of(partnerId ?? '', campaignId).some(({ name }) => name === one.name);
    return told && wants(one, conversion) ? this.planned(one, conversion, click, at, 'backfill') : undefined;
  }

  private planned(
    { name, compiled }: BookedPostback,
    conversion: Conversion,
    click: ToldClick | null,
    at: number,
    cause: string,
  ): PlannedPostback {
    const values = macroValues(conversion, click, this.catalog);
    const request = compiled.render(values);
    const known = compiled.clickIds.some((macro) => values(macro));
    const missing = compiled.clickIds.map((macro) => `{${macro}}`).join(' and ');
    const row = Object.assign(new OutboundPostback(), {
      id: createId(at),
      postback: name,
      webhook: null,
      partnerId: conversion.partnerId,
      campaignId: conversion.campaignId,
      conversionId: conversion.id,
      event: conversion.event,
      status: conversion.status,
      cause,
      method: request.method,
      url: request.url,
      body: request.body ?? null,
      skipped: known ? null : `its click has no ${missing}, so the partner could not tell which click it is about`,
      settledAt: null,
      attempts: null,
      answerStatus: null,
      answer: null,
    });
    if (!known) return { row, delivery: undefined };
    const { id, event } = row;
    const body = JSON.stringify(request);
    return { row, delivery: { id, destination: name, event, transactionId: conversion.id, body, createdAt: at } };
  }
}

function wants({ compiled: { definition } }: BookedPostback, { event, status }: Conversion): boolean {
  const { on, status: statuses = DEFAULT_STATUSES } = definition;
  return (on === undefined || on.includes(event)) && statuses.includes(status);
}
