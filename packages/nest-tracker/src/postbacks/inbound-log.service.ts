import { isUtf8 } from 'node:buffer';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import {
  createId,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  isRetryable,
  OUTCOME_STATUS,
  reasonStatus,
} from '@tallyback/protocol';
import { cleanText } from '../clicks/click-parameters.js';
import type { IntakeResult } from '../conversions/intake.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { type HttpRequest, hasBody, header, isForm } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import { VisitorPrivacy } from '../privacy/visitor-privacy.service.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { WriteBatcher } from '../storage/write-batcher.js';
import { Arrival, type Facts } from './arrival.js';
import { InboundPostback } from './inbound-postback.entity.js';
import { InboundRoutes } from './inbound-routes.js';
import { holdsSecret, redactJson, redactParameters, signatureParameter } from './redact.js';

const MAX_PATH = 512;
const MAX_QUERY = 8 * 1024;
const MAX_BODY = 32 * 1024;
const MAX_SIGNATURE = 2 * 1024;

/** The inbound log: every request that named an advertiser, a click or a campaign, with its outcome. */
@Injectable()
export class InboundLog implements OnModuleInit {
  private readonly logger = new Logger(InboundLog.name);
  private batcher: WriteBatcher<InboundPostback>;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly events: TrackerEvents,
    private readonly clock: Clock,
    private readonly routes: InboundRoutes,
    private readonly privacy: VisitorPrivacy,
  ) {}

  onModuleInit(): void {
    this.batcher = new WriteBatcher(this.storage.bulkInsert(InboundPostback));
  }

  /** Logs a request that was refused before it could be read as a conversion; resolves when the row is durable. */
  refused(
    request: HttpRequest,
    refusal: Refusal,
    { step, ...facts }: Facts & { step: string },
  ): Promise<InboundPostback> {
    const arrival = new Arrival(request, this.clock.now());
    arrival.note(facts);
    return this.add(arrival, arrival.ended(step, refusal));
  }

  /** Logs what became of a request; resolves when the row is durable. */
  async add(arrival: Arrival, result: IntakeResult): Promise<InboundPostback> {
    const row = this.row(arrival, result);
    await this.batcher.add(row);
    this.events.emitPostback(row);
    return row;
  }

  /** The same where the answer must not wait for the log, because it is the storage that failed. */
  tryToAdd(arrival: Arrival, result: IntakeResult): void {
    this.add(arrival, result).catch((error: Error) =>
      this.logger.warn(`A refused request is missing in the inbound log: ${error.name}: ${error.message}`),
    );
  }

  /** The row of a request; whoever asks for it stores it and emits it after the commit. */
  row(arrival: Arrival, result: IntakeResult): InboundPostback {
    const { facts } = arrival;
    const row = this.requestRow(arrival);
    row.advertiser = cleanText(facts.advertiser, 64);
    row.campaign = cleanText(facts.campaign, 64);
    row.clickId = cleanText(facts.clickId, 64);
    row.transactionId = cleanText(facts.transactionId, 128);
    row.deliveryId = cleanText(facts.deliveryId, 72);
    row.sender = facts.sender ?? null;
    row.step = result.step;
    row.steps = result.steps.map(({ name }) => name).join(' ');
    if (result.accepted) {
      row.outcome = result.outcome;
      row.reason = null;
      row.status = facts.status ?? OUTCOME_STATUS[result.outcome];
      row.field = null;
      row.detail = null;
      row.conversionId = result.conversion.id;
    } else {
      const { refusal } = result;
      row.outcome = 'rejected';
      row.reason = refusal.reason;
      // Where nothing was decided no other status is answered: the sender is to try again.
      const decided = isRetryable(refusal.reason) ? undefined : facts.status;
      row.status = decided ?? reasonStatus(refusal.reason);
      row.field = cleanText(refusal.field, 128);
      row.detail = cleanText(refusal.detail, 2000);
      row.conversionId = null;
    }
    return row;
  }

  private requestRow({ request, at, facts, replayOf }: Arrival): InboundPostback {
    const row = new InboundPostback();
    row.id = createId(this.clock.now());
    row.receivedAt = at;
    row.method = request.method.slice(0, 8);
    const path = this.routes.redact(request.path);
    const query = redactParameters(request.query);
    // A message whose bytes are signed proves itself by nothing in it, and is kept as it came.
    const body = bodyText(request, facts.sender === 'signature');
    row.path = cleanText(path, MAX_PATH) ?? '/';
    row.query = cleanText(query, MAX_QUERY);
    row.body = cleanText(body.text, MAX_BODY);
    row.whole =
      body.whole && row.path === path && (row.query ?? '') === query && (row.body ?? '') === (body.text ?? '');
    row.signature = facts.sender === undefined ? signatureOf(request) : null;
    row.redacted = body.redacted || path !== request.path || holdsSecret(request.query, query);
    row.contentType = cleanText(header(request, 'content-type'), 128);
    row.userAgent = this.privacy.keepUserAgent(header(request, 'user-agent'));
    row.signedAt = cleanText(header(request, HEADER_TIMESTAMP), 20);
    row.ip = this.privacy.keepIp(request.ip);
    row.replayOf = replayOf ?? null;
    row.repeats = 0;
    return row;
  }
}

/** What a replay of a request whose sender was not proven can prove it by, once the advertiser's keys are right. */
function signatureOf(request: HttpRequest): string | null {
  const signature = header(request, HEADER_SIGNATURE) ?? signatureParameter(request.query);
  return signature !== undefined && signature.length <= MAX_SIGNATURE ? cleanText(signature, MAX_SIGNATURE) : null;
}

interface BodyText {
  readonly text: string | undefined;
  /** Whether the text stands for every byte, but for what was blanked out. */
  readonly whole: boolean;
  readonly redacted: boolean;
}

function bodyText(request: HttpRequest, isProven: boolean): BodyText {
  const { rawBody } = request;
  if (!rawBody) return { text: undefined, whole: !hasBody(request), redacted: false };
  const raw = rawBody.subarray(0, MAX_BODY).toString('utf8');
  const text = isProven ? raw : isForm(request) ? redactParameters(raw) : redactJson(raw);
  return { text, whole: rawBody.length <= MAX_BODY && isUtf8(rawBody), redacted: text !== raw };
}
