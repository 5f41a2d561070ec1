import { Injectable } from '@nestjs/common';
import { HEADER_ADVERTISER, HEADER_ID, MAX_MESSAGE_BYTES, parseClickId, parseMessageBytes } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import { type HttpRequest, hasBody, header } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import type { Arrival, Facts } from './arrival.js';
import { InboundRoutes } from './inbound-routes.js';
import { faultsRefusal, type Reading } from './reading.js';
import { findMessageAdvertiser, proveMessageSender } from './senders/prove-message.js';

/** Reads signed messages, `POST /v1/conversions`: one conversion each, as JSON whose bytes are signed. */
@Injectable()
export class SignedMessages {
  constructor(
    private readonly catalog: CatalogService,
    routes: InboundRoutes,
  ) {
    routes.add({ route: '/v1/conversions', read: this.read, signedBody: true });
  }

  readonly read = async (arrival: Arrival): Promise<Reading> => {
    const { request } = arrival;
    const body = request.rawBody ?? Buffer.alloc(0);
    const refuse = (step: string, refusal: Refusal): Reading => ({ ok: false, refusal, step, facts: {} });
    arrival.note(messageFacts(request));
    if (body.length > MAX_MESSAGE_BYTES) {
      const detail = `A message may have ${MAX_MESSAGE_BYTES} bytes; this one has ${body.length}.`;
      return refuse('readBody', { reason: 'body_too_large', detail });
    }
    if (body.length === 0) return refuse('readBody', noBody(request));
    arrival.passed('readBody', `${body.length} bytes`);
    const found = findMessageAdvertiser(await this.catalog.snapshot(), request);
    if (!found.ok) {
      arrival.note(peek(body));
      return refuse('findAdvertiser', found.refusal);
    }
    const { advertiser } = found;
    arrival.passed('findAdvertiser', advertiser.row.key);
    const proof = arrival.vouched
      ? { ok: true as const, sender: arrival.vouched.sender }
      : proveMessageSender(advertiser, request, arrival.at);
    if (!proof.ok) {
      arrival.note(peek(body));
      return refuse('proveSender', proof.refusal);
    }
    const { sender } = proof;
    arrival.passed('proveSender', sender.method);
    arrival.note({ sender: sender.method });
    const parsed = parseMessageBytes(body);
    if (!parsed.ok) {
      arrival.note(peek(body));
      return refuse('readMessage', faultsRefusal(parsed.faults));
    }
    arrival.passed('readMessage', parsed.value.type);
    const { clickId, transactionId } = parsed.value.data;
    return { ok: true, intake: { advertiser, sender, message: parsed.value }, facts: { clickId, transactionId } };
  };
}

/** What a signed request says of itself in its headers. */
export function messageFacts(request: HttpRequest): Facts {
  return { advertiser: header(request, HEADER_ADVERTISER), deliveryId: header(request, HEADER_ID) };
}

/** Some adapters hand an empty body on and some refuse it themselves; senders get the same answer. */
export function noBody(request: HttpRequest): Refusal {
  return hasBody(request)
    ? {
        reason: 'malformed_request',
        detail: 'The body is not JSON by its content type. Send the header "content-type: application/json".',
        field: 'content-type',
      }
    : { reason: 'malformed_request', detail: 'The request has no body. Send the message as JSON.' };
}

/** Click and transaction id of a message that was refused, so that its log row can be found by them. */
export function peek(body: Buffer): Facts {
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
