import { Injectable, Logger } from '@nestjs/common';
import {
  HEADER_ADVERTISER,
  HEADER_ID,
  MAX_MESSAGE_BYTES,
  OUTCOME_STATUS,
  parseClickId,
  parseMessageBytes,
} from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import { ConversionsService } from '../conversions/conversions.service.js';
import type { Intake, IntakeResult } from '../conversions/intake.js';
import { type HttpRequest, header } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import { Clock } from '../storage/clock.js';
import { isStorageFailure } from '../storage/storage-failure.js';
import { ClassicPostbacks } from './classic-postbacks.js';
import { InboundLog } from './inbound-log.service.js';
import { type Facts, faultsRefusal, type Reading } from './reading.js';
import { proveMessageSender } from './senders/prove-message.js';

/** Inbound requests from sender to outcome: read, proven, recorded, logged. */
@Injectable()
export class PostbacksService {
  private readonly logger = new Logger(PostbacksService.name);

  constructor(
    private readonly catalog: CatalogService,
    private readonly classic: ClassicPostbacks,
    private readonly conversions: ConversionsService,
    private readonly log: InboundLog,
    private readonly clock: Clock,
  ) {}

  /** One signed message, `POST /v1/conversions`. */
  receiveMessage(request: HttpRequest): Promise<IntakeResult> {
    return this.receive(request, () => this.readMessage(request));
  }

  /** One classic postback, `GET` or `POST /postback`. */
  receiveClassic(request: HttpRequest): Promise<IntakeResult> {
    return this.receive(request, () => this.classic.read(request));
  }

  /** Logs a request that a body parser refused before any of our code saw it. */
  async refuseUnread(request: HttpRequest, refusal: Refusal): Promise<IntakeResult> {
    return this.receive(request, async () => ({ ok: false, refusal, step: 'readBody', facts: messageFacts(request) }));
  }

  private async receive(request: HttpRequest, read: () => Promise<Reading>): Promise<IntakeResult> {
    try {
      const reading = await read();
      if (reading.ok) return await this.record(request, reading.intake, reading.facts);
      const { refusal, step, facts } = reading;
      await this.log.refused(request, refusal, { ...facts, step });
      return { accepted: false, refusal, step, steps: [] };
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      this.logger.error(`A postback could not be stored: ${(error as Error).name}: ${(error as Error).message}`);
      const detail = 'The message could not be stored. Nothing of it was kept: send it again.';
      return { accepted: false, refusal: { reason: 'storage_unavailable', detail }, step: 'store', steps: [] };
    }
  }

  private record(request: HttpRequest, intake: Intake, facts: Facts): Promise<IntakeResult> {
    return this.conversions.record(intake, (result) => {
      const known = { ...facts, step: result.step };
      if (!result.accepted) return this.log.refusedRow(request, result.refusal, known);
      const { outcome, conversion } = result;
      const entry = { outcome, status: OUTCOME_STATUS[outcome], conversionId: conversion.id };
      return this.log.acceptedRow(request, entry, known);
    });
  }

  private async readMessage(request: HttpRequest): Promise<Reading> {
    const facts = messageFacts(request);
    const body = request.rawBody ?? Buffer.alloc(0);
    const refuse = (step: string, refusal: Refusal, known: Facts = facts): Reading => ({
      ok: false,
      refusal,
      step,
      facts: known,
    });
    if (body.length > MAX_MESSAGE_BYTES) {
      const detail = `A message may have ${MAX_MESSAGE_BYTES} bytes; this one has ${body.length}.`;
      return refuse('readBody', { reason: 'body_too_large', detail });
    }
    if (body.length === 0) return refuse('readBody', noBody(request));
    const proof = proveMessageSender(await this.catalog.snapshot(), request, this.clock.now());
    if (!proof.ok) return refuse('proveSender', proof.refusal, { ...facts, ...peek(body) });
    const parsed = parseMessageBytes(body);
    const known = { ...facts, sender: proof.sender.method };
    if (!parsed.ok) return refuse('readMessage', faultsRefusal(parsed.faults), { ...known, ...peek(body) });
    const { clickId, transactionId } = parsed.value.data;
    return {
      ok: true,
      intake: { advertiser: proof.advertiser, sender: proof.sender, message: parsed.value },
      facts: { ...known, clickId, transactionId },
    };
  }
}

/** Some adapters hand an empty body on and some refuse it themselves; senders get the same answer. */
function noBody(request: HttpRequest): Refusal {
  const unread =
    Number(header(request, 'content-length') ?? 0) > 0 || header(request, 'transfer-encoding') !== undefined;
  return unread
    ? {
        reason: 'malformed_request',
        detail: 'The body is not JSON by its content type. Send the header "content-type: application/json".',
        field: 'content-type',
      }
    : { reason: 'malformed_request', detail: 'The request has no body. Send the message as JSON.' };
}

function messageFacts(request: HttpRequest): Facts {
  return { advertiser: header(request, HEADER_ADVERTISER), deliveryId: header(request, HEADER_ID) };
}

/** Click and transaction id of a message that was refused, so that its log row can be found by them. */
function peek(body: Buffer): Facts {
  try {
    const { data } = JSON.parse(body.toString('utf8')) as { data?: Record<string, unknown> };
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    const clickId = text(data?.clickId);
    return {
      clickId: clickId && (parseClickId(clickId) ?? clickId),
      transactionId: text(data?.transactionId),
    };
  } catch {
    return {};
  }
}
