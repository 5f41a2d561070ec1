import { Injectable } from '@nestjs/common';
import { type Metadata, parseClickId, parseConversion } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import { hashToken } from '../catalog/hash-token.js';
import type { CatalogOffer } from '../catalog/catalog-snapshot.js';
import type { Click } from '../clicks/click.entity.js';
import { ClicksService } from '../clicks/clicks.service.js';
import { type HttpRequest, isForm } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import type { Arrival } from './arrival.js';
import { InboundRoutes } from './inbound-routes.js';
import { type PostbackParameters, readPostbackParameters } from './postback-parameters.js';
import { faultsRefusal, type Reading } from './reading.js';
import { provePostbackSender } from './senders/prove-sender.js';

/** Reads classic server-to-server postbacks: everything in the URL (or a form), one conversion each. */
@Injectable()
export class ClassicPostbacks {
  constructor(
    private readonly catalog: CatalogService,
    private readonly clicks: ClicksService,
    routes: InboundRoutes,
  ) {
    routes.add({ route: '/postback', read: this.read });
  }

  readonly read = async (arrival: Arrival): Promise<Reading> => {
    const { request } = arrival;
    if (request.method === 'HEAD') {
      const detail = 'A HEAD request reports nothing. Send the postback with GET or POST.';
      return { ok: false, refusal: { reason: 'malformed_request', detail }, step: 'readRequest', facts: {} };
    }
    const fromQuery = readPostbackParameters(new URLSearchParams(request.query));
    // A URL signature does not cover the body, so what stands there counts only when there is none.
    const signed = fromQuery.ok && fromQuery.value.signature;
    const all = signed ? fromQuery : readPostbackParameters(bothParts(request));
    if (!all.ok) return { ok: false, refusal: all.refusal, step: 'readRequest', facts: {} };
    arrival.passed('readRequest');
    return this.readParameters(arrival, all.value);
  };

  private async readParameters(arrival: Arrival, parameters: PostbackParameters): Promise<Reading> {
    const { request, vouched } = arrival;
    const { values, names } = parameters;
    const snapshot = await this.catalog.snapshot();
    const clickId = values.clickId === undefined ? undefined : parseClickId(values.clickId);
    const click = clickId === undefined ? null : await this.clicks.find(clickId);
    const offer = click ? snapshot.offersById.get(click.offerId) : undefined;
    const named = values.advertiser ?? vouched?.advertiser;
    const advertiser =
      named !== undefined
        ? snapshot.advertisersByKey.get(named)
        : (offer?.advertiser ??
          (values.token === undefined ? undefined : snapshot.advertisersByTokenHash.get(hashToken(values.token))));
    const facts = {
      advertiser: values.advertiser ?? advertiser?.row.key,
      clickId: clickId ?? values.clickId,
      transactionId: values.transactionId,
      deliveryId: new URLSearchParams(request.query).get('tb_id') ?? undefined,
    };
    const refuse = (step: string, refusal: Refusal, sender?: string): Reading => ({
      ok: false,
      refusal,
      step,
      facts: { ...facts, sender },
    });
    if (!advertiser) return refuse('findAdvertiser', nobody(values));
    arrival.passed('findAdvertiser', advertiser.row.key);
    const proof = vouched
      ? { ok: true as const, sender: vouched.sender }
      : provePostbackSender(advertiser, request, { signature: parameters.signature, token: values.token }, arrival.at);
    if (!proof.ok) return refuse('proveSender', proof.refusal);
    arrival.passed('proveSender', proof.sender.method);
    if (values.clickId === undefined && !proof.sender.signed)
      return refuse('readMessage', MISSING_CLICK_ID, proof.sender.method);
    const data = conversionOf(parameters, click, offer);
    const parsed = parseConversion(data);
    if (!parsed.ok) {
      const faults = parsed.faults.map((fault) => ({
        ...fault,
        field: names[fault.field as 'clickId'] ?? DEFAULT_NAMES[fault.field] ?? fault.field,
      }));
      return refuse('readMessage', faultsRefusal(faults), proof.sender.method);
    }
    arrival.passed('readMessage');
    const timestamp = new Date(arrival.at).toISOString();
    return {
      ok: true,
      intake: {
        advertiser,
        sender: proof.sender,
        message: { type: 'conversion.created', timestamp, data: parsed.value },
      },
      facts: { ...facts, sender: proof.sender.method },
    };
  }
}

const MISSING_CLICK_ID: Refusal = {
  reason: 'missing_field',
  field: 'clickid',
  detail: 'The postback names no click. Send the click id as "clickid".',
};

/** What to call a field that the sender left out. */
const DEFAULT_NAMES: Record<string, string> = { clickId: 'clickid', transactionId: 'txid' };

/** Why no advertiser is known: it was named wrongly, or nothing in the request leads to one. */
function nobody({ advertiser, clickId }: PostbackParameters['values']): Refusal {
  if (advertiser !== undefined) {
    return { reason: 'unknown_advertiser', field: 'advertiser', detail: 'There is no advertiser with this key.' };
  }
  if (clickId === undefined) return MISSING_CLICK_ID;
  if (parseClickId(clickId) === undefined) {
    const detail =
      'This is not a click id: it has 26 letters and digits. Send the value of "clickid" from the landing URL.';
    return { reason: 'invalid_field', field: 'clickid', detail };
  }
  return { reason: 'click_not_found', field: 'clickid', detail: 'There is no click with this id.' };
}

function conversionOf(
  { values, extras }: PostbackParameters,
  click: Click | null,
  offer: CatalogOffer | undefined,
): Record<string, unknown> {
  const { payoutIsRevenue = false, currency: offerCurrency } = offer?.row ?? {};
  const revenue = values.revenue ?? (payoutIsRevenue ? values.payout : undefined);
  const currency = values.currency?.toUpperCase() ?? (revenue || values.payout ? offerCurrency : undefined);
  const data: Record<string, unknown> = {
    clickId: click?.id ?? values.clickId,
    event: values.event,
    transactionId: values.transactionId,
    revenue,
    currency,
    status: values.status,
    payout: payoutIsRevenue ? undefined : values.payout,
    metadata: Object.keys(extras).length > 0 ? (extras satisfies Metadata) : undefined,
  };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

function* bothParts(request: HttpRequest): Generator<[string, string]> {
  yield* new URLSearchParams(request.query);
  if (isForm(request) && request.rawBody) yield* new URLSearchParams(request.rawBody.toString('utf8'));
}
