import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { createId, reasonStatus } from '@tallyback/protocol';
import { cleanText } from '../clicks/click-parameters.js';
import { keepIp } from '../clicks/keep-ip.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { type HttpRequest, isForm } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { WriteBatcher } from '../storage/write-batcher.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { InboundPostback } from './inbound-postback.entity.js';
import { redactJson, redactParameters } from './redact.js';

const MAX_BODY = 32 * 1024;
const MAX_QUERY = 8 * 1024;

/** What is known of a request when it is logged; everything is optional because it may end at any step. */
export interface InboundFacts {
  /** The step that ended the request. */
  readonly step: string;
  /** HTTP status answered, when it is not the reason's own. */
  readonly status?: number;
  readonly advertiser?: string | undefined;
  readonly campaign?: string | undefined;
  readonly clickId?: string | undefined;
  readonly transactionId?: string | undefined;
  readonly deliveryId?: string | undefined;
  readonly sender?: string | undefined;
}

/** The inbound log: every request that named an advertiser, a click or a campaign, with its outcome. */
@Injectable()
export class InboundLog implements OnModuleInit {
  private batcher: WriteBatcher<InboundPostback>;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly events: TrackerEvents,
    private readonly clock: Clock,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  onModuleInit(): void {
    this.batcher = new WriteBatcher(this.storage.bulkInsert(InboundPostback));
  }

  /** Logs a request that was not accepted; resolves when the row is durable. */
  async refused(request: HttpRequest, refusal: Refusal, facts: InboundFacts): Promise<void> {
    const row = this.refusedRow(request, refusal, facts);
    await this.batcher.add(row);
    this.events.emitPostback(row);
  }

  /** The row of a request that was not accepted; whoever asks for it stores it and emits it after the commit. */
  refusedRow(request: HttpRequest, refusal: Refusal, facts: InboundFacts): InboundPostback {
    return Object.assign(this.row(request, facts), {
      outcome: 'rejected' as const,
      reason: refusal.reason,
      status: facts.status ?? reasonStatus(refusal.reason),
      field: cleanText(refusal.field, 128),
      detail: cleanText(refusal.detail, 2000),
    });
  }

  /** The row of an accepted request, for the transaction that stores what it brought. */
  acceptedRow(
    request: HttpRequest,
    result: Pick<InboundPostback, 'outcome' | 'status' | 'conversionId'>,
    facts: InboundFacts,
  ): InboundPostback {
    return Object.assign(this.row(request, facts), result, { reason: null, field: null, detail: null });
  }

  private row(request: HttpRequest, facts: InboundFacts): InboundPostback {
    const now = this.clock.now();
    const row = new InboundPostback();
    row.id = createId(now);
    row.receivedAt = now;
    row.method = request.method.slice(0, 8);
    row.path = cleanText(request.path, 512) ?? '/';
    row.query = cleanText(redactParameters(request.query), MAX_QUERY);
    row.body = this.body(request, facts);
    row.advertiser = cleanText(facts.advertiser, 64);
    row.campaign = cleanText(facts.campaign, 64);
    row.clickId = cleanText(facts.clickId, 64);
    row.transactionId = cleanText(facts.transactionId, 128);
    row.deliveryId = cleanText(facts.deliveryId, 72);
    row.sender = facts.sender ?? null;
    row.step = facts.step;
    row.conversionId = null;
    row.ip = keepIp(request.ip, this.options.keepIp ?? 'truncate');
    return row;
  }

  private body(request: HttpRequest, { sender }: InboundFacts): string | null {
    if (!request.rawBody) return null;
    const text = request.rawBody.subarray(0, MAX_BODY).toString('utf8');
    // A message whose bytes are signed proves itself by nothing in it, and is kept as it came.
    if (sender === 'signature') return cleanText(text, MAX_BODY);
    return cleanText(isForm(request) ? redactParameters(text) : redactJson(text), MAX_BODY);
  }
}
