import { Injectable, Logger } from '@nestjs/common';
import { MAX_MESSAGE_BYTES, parseConversionMessage } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogAdvertiser } from '../catalog/catalog-snapshot.js';
import { ConversionsService } from '../conversions/conversions.service.js';
import type { IntakeRequest, IntakeResult } from '../conversions/intake.js';
import { type HttpRequest, header } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import { Clock } from '../storage/clock.js';
import { isStorageFailure } from '../storage/storage-failure.js';
import { Arrival } from './arrival.js';
import { MAX_BATCH_BYTES, readBatch } from './batch-body.js';
import { InboundLog } from './inbound-log.service.js';
import { InboundRoutes } from './inbound-routes.js';
import { faultsRefusal, type Reading } from './reading.js';
import { findMessageAdvertiser, proveMessageSender } from './senders/prove-message.js';
import type { ProvenSender } from './senders/prove-sender.js';
import { SenderLimits } from './senders/sender-limits.js';
import { messageFacts, noBody, peek, SignedMessages } from './signed-messages.js';

/** What became of a batch: of each message in its place, or of all of them when the request was refused as a whole. */
export type BatchResult =
  | { readonly ok: true; readonly results: readonly IntakeResult[] }
  | { readonly ok: false; readonly refusal: Refusal };

interface OpenBatch {
  readonly advertiser: CatalogAdvertiser;
  readonly sender: ProvenSender;
  readonly messages: readonly unknown[];
}

type Opened = ({ readonly ok: true } & OpenBatch) | Extract<Reading, { ok: false }>;

/** Signed batches, `POST /v1/conversions/batch`: many messages under one signature, each with an outcome of its own. */
@Injectable()
export class BatchesService {
  private readonly logger = new Logger(BatchesService.name);

  constructor(
    private readonly catalog: CatalogService,
    private readonly conversions: ConversionsService,
    private readonly messages: SignedMessages,
    private readonly log: InboundLog,
    private readonly limits: SenderLimits,
    private readonly clock: Clock,
    routes: InboundRoutes,
  ) {
    routes.add({
      route: '/v1/conversions/batch',
      read: this.readOne,
      signedBody: true,
      maxBodyBytes: MAX_BATCH_BYTES,
    });
  }

  /** Every message of a batch; what became of each is in the inbound log when this resolves. */
  async receive(request: HttpRequest): Promise<BatchResult> {
    const arrival = new Arrival(request, this.clock.now());
    try {
      const opened = this.limits.bar(arrival) ?? (await this.open(arrival));
      if (!opened.ok) {
        this.limits.failed(arrival, opened.refusal);
        return await this.refuse(arrival, opened);
      }
      const limited = this.limits.admit(arrival, opened.advertiser, opened.messages.length);
      if (limited) return await this.refuse(arrival, limited);
      return await this.record(arrival, opened);
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      this.logger.error(`A batch could not be stored: ${(error as Error).name}: ${(error as Error).message}`);
      return { ok: false, refusal: NOT_STORED };
    }
  }

  /** One message of a batch, again or as a test; a whole batch only comes here when a body parser choked on it. */
  private readonly readOne = async (arrival: Arrival): Promise<Reading> => {
    const { rawBody = Buffer.alloc(0) } = arrival.request;
    if (arrival.purpose !== 'live' && !readBatch(rawBody).ok) return this.messages.read(arrival);
    const opened = await this.open(arrival);
    return opened.ok ? { ok: false, refusal: NOT_ONE_MESSAGE, step: 'readBody', facts: {} } : opened;
  };

  /** Proves the sender of the whole and takes its messages apart. */
  private async open(arrival: Arrival): Promise<Opened> {
    const { request } = arrival;
    const body = request.rawBody ?? Buffer.alloc(0);
    const refuse = (step: string, refusal: Refusal): Opened => ({ ok: false, refusal, step, facts: {} });
    arrival.note(messageFacts(request));
    if (body.length > MAX_BATCH_BYTES) return refuse('readBody', { reason: 'body_too_large', detail: TOO_LARGE });
    if (body.length === 0) return refuse('readBody', noBody(request));
    // Express refuses it by itself, Fastify hands the compressed bytes on.
    if ((header(request, 'content-encoding') ?? 'identity') !== 'identity') return refuse('readBody', COMPRESSED);
    arrival.passed('readBody', `${body.length} bytes`);
    const found = findMessageAdvertiser(await this.catalog.snapshot(), request);
    if (!found.ok) return refuse('findAdvertiser', found.refusal);
    const { advertiser } = found;
    arrival.passed('findAdvertiser', advertiser.row.key);
    const proof = arrival.vouched
      ? { ok: true as const, sender: arrival.vouched.sender }
      : proveMessageSender(advertiser, request, arrival.at);
    if (!proof.ok) return refuse('proveSender', proof.refusal);
    arrival.passed('proveSender', proof.sender.method);
    arrival.note({ sender: proof.sender.method });
    const batch = readBatch(body);
    if (!batch.ok) return refuse('readBatch', batch.refusal);
    return { ok: true, advertiser, sender: proof.sender, messages: batch.messages };
  }

  private async refuse(arrival: Arrival, { refusal, step, facts, unlogged }: Extract<Reading, { ok: false }>) {
    arrival.note(facts);
    if (!unlogged) await this.log.add(arrival, arrival.ended(step, refusal));
    return { ok: false as const, refusal };
  }

  /** All that can be read go into one commit; the others are refused and logged one by one. */
  private async record(whole: Arrival, { advertiser, sender, messages }: OpenBatch): Promise<BatchResult> {
    const results: (IntakeResult | undefined)[] = [];
    const requests: (IntakeRequest & { readonly index: number })[] = [];
    const refused: Promise<unknown>[] = [];
    for (const [index, value] of messages.entries()) {
      // A delivery of its own, in a form that no sender can choose: the batch that comes again finds each one done.
      const item = { ...sender, deliveryId: `${sender.deliveryId}.${index}` };
      const arrival = itemArrival(whole, item, value);
      const message = readItem(arrival, value);
      if (message.ok) {
        const alongside = (result: IntakeResult) =>
          this.log.row(arrival, { ...result, steps: [...arrival.steps, ...result.steps] });
        requests.push({ index, intake: { advertiser, sender: item, message: message.value }, alongside });
      } else {
        const result = arrival.ended('readMessage', message.refusal);
        results[index] = result;
        refused.push(this.log.add(arrival, result));
      }
    }
    const [recorded] = await Promise.all([this.conversions.recordAll(requests), ...refused]);
    for (const [i, result] of recorded.entries()) results[requests[i]?.index ?? i] = result;
    const done = results as IntakeResult[];
    const stored = done.some((result) => result.accepted || result.refusal.reason !== 'storage_unavailable');
    return stored || done.length === 0 ? { ok: true, results: done } : { ok: false, refusal: NOT_STORED };
  }
}

const TOO_LARGE = `A batch may have ${MAX_BATCH_BYTES} bytes. Send fewer messages at once.`;
const COMPRESSED: Refusal = {
  reason: 'malformed_request',
  detail: 'A batch is sent uncompressed, since its bytes are what is signed.',
  field: 'content-encoding',
};
const NO_MESSAGE: Refusal = {
  reason: 'malformed_request',
  detail: 'This is nested far more deeply than any message is.',
};
const NOT_STORED: Refusal = {
  reason: 'storage_unavailable',
  detail: 'The batch could not be stored. Send it again: what was kept of it answers as duplicate.',
};
const NOT_ONE_MESSAGE: Refusal = {
  reason: 'malformed_request',
  detail: 'This batch cannot be read as one message. Send its messages one by one to POST /v1/conversions.',
};

function itemArrival(whole: Arrival, sender: ProvenSender, value: unknown): Arrival {
  const arrival = new Arrival({ ...whole.request, rawBody: bytesOf(value) }, whole.at);
  arrival.note({ ...whole.facts, deliveryId: sender.deliveryId });
  arrival.steps.push(...whole.steps);
  return arrival;
}

/** Undefined where a message is nested more deeply than it can be written; JSON is read to any depth. */
function bytesOf(value: unknown): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify(value) ?? '');
  } catch {
    return undefined;
  }
}

function readItem(arrival: Arrival, value: unknown) {
  const { rawBody } = arrival.request;
  if (!rawBody) return { ok: false as const, refusal: NO_MESSAGE };
  if (rawBody.length > MAX_MESSAGE_BYTES) {
    const detail = `A message may have ${MAX_MESSAGE_BYTES} bytes; this one has ${rawBody.length}.`;
    return { ok: false as const, refusal: { reason: 'body_too_large', detail } satisfies Refusal };
  }
  const parsed = parseConversionMessage(value);
  if (!parsed.ok) {
    arrival.note(peek(rawBody));
    return { ok: false as const, refusal: faultsRefusal(parsed.faults) };
  }
  const { clickId, transactionId } = parsed.value.data;
  arrival.note({ clickId, transactionId });
  arrival.passed('readMessage', parsed.value.type);
  return { ok: true as const, value: parsed.value };
}
