import { Injectable } from '@nestjs/common';
import { type Fault, parseClickId, parseConversion } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogOffer } from '../catalog/catalog-snapshot.js';
import { hashToken } from '../catalog/hash-token.js';
import { ClickLookup } from '../clicks/click-lookup.js';
import { type HttpRequest, hasBody, isForm } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import type { Arrival, Facts } from './arrival.js';
import { InboundRoutes } from './inbound-routes.js';
import { type PostbackParameters, readPostbackParameters } from './postback-parameters.js';
import { asSentence, faultsRefusal, type Reading } from './reading.js';
import { requestPairs } from './request-pairs.js';
import { proveArrival } from './senders/prove-arrival.js';

/** Reads classic server-to-server postbacks: everything in the URL (or a form), one conversion each. */
@Injectable()
export class ClassicPostbacks {
  constructor(
    private readonly catalog: CatalogService,
    private readonly clicks: ClickLookup,
    routes: InboundRoutes,
  ) {
    routes.add({ route: '/postback', read: this.read });
  }

  readonly read = (arrival: Arrival): Promise<Reading> => this.readWith(arrival, undefined);

  /** The same for a postback whose click may be known otherwise, from a cookie. What the postback says itself goes first. */
  async readWith(arrival: Arrival, knownClickId: string | undefined): Promise<Reading> {
    const { request, vouched } = arrival;
    const read = requestPairs(request);
    if (!read.ok) return { ok: false, refusal: read.refusal, step: 'readRequest', facts: {} };
    const given = readPostbackParameters(read.pairs);
    const values = { ...given.values, clickId: given.values.clickId ?? knownClickId };
    const clickId = values.clickId === undefined ? undefined : parseClickId(values.clickId);
    let facts: Facts = {
      advertiser: values.advertiser,
      clickId: clickId ?? values.clickId,
      transactionId: values.transactionId,
      deliveryId: new URLSearchParams(request.query).get('tb_id') ?? undefined,
    };
    const refuse = (step: string, refusal: Refusal): Reading => {
      return { ok: false, refusal: withUnreadBody(refusal, request), step, facts };
    };
    if (given.refusal) return refuse('readRequest', given.refusal);
    arrival.passed('readRequest');

    const snapshot = await this.catalog.snapshot();
    const click = clickId === undefined ? null : await this.clicks.find(clickId);
    const offer = click ? snapshot.offersById.get(click.offerId) : undefined;
    const named = values.advertiser ?? vouched?.advertiser;
    const advertiser =
      named !== undefined
        ? snapshot.advertisersByKey.get(named)
        : (offer?.advertiser ??
          (values.token === undefined ? undefined : snapshot.advertisersByTokenHash.get(hashToken(values.token))));
    if (!advertiser) return refuse('findAdvertiser', nobody(values));
    facts = { ...facts, advertiser: advertiser.row.key };
    arrival.passed('findAdvertiser', advertiser.row.key);

    const proof = proveArrival(arrival, advertiser, { signature: read.signed, token: values.token });
    if (!proof.ok) return refuse('proveSender', proof.refusal);
    facts = { ...facts, sender: proof.sender.method };
    if (values.clickId === undefined && !proof.sender.signed) return refuse('readMessage', MISSING_CLICK_ID);
    const parsed = parseConversion(conversionOf({ ...given, values }, offer));
    if (!parsed.ok)
      return refuse('readMessage', faultsRefusal(parsed.faults.map((fault) => inTheirWords(fault, given))));
    arrival.passed('readMessage');
    const timestamp = new Date(arrival.at).toISOString();
    return {
      ok: true,
      intake: {
        advertiser,
        sender: proof.sender,
        message: { type: 'conversion.created', timestamp, data: parsed.value },
        click: click ?? undefined,
      },
      facts,
    };
  }
}

const MISSING_CLICK_ID: Refusal = {
  reason: 'missing_field',
  field: 'clickid',
  detail: 'The postback names no click. Send the click id as "clickid".',
};

/** What is missing may stand in a body that nobody has read. */
function withUnreadBody(refusal: Refusal, request: HttpRequest): Refusal {
  if (refusal.reason !== 'missing_field' || !hasBody(request) || isForm(request)) return refusal;
  const hint = 'The body was not read: send a form (application/x-www-form-urlencoded), or everything in the URL.';
  return { ...refusal, detail: `${asSentence(refusal.detail)} ${hint}` };
}

/** Why no advertiser is known: it was named wrongly, or nothing in the request leads to one. */
function nobody({ advertiser, clickId }: PostbackParameters['values']): Refusal {
  if (advertiser !== undefined) {
    return { reason: 'unknown_advertiser', field: 'advertiser', detail: 'There is no advertiser with this key.' };
  }
  if (clickId === undefined) return MISSING_CLICK_ID;
  if (parseClickId(clickId) !== undefined) {
    return { reason: 'click_not_found', field: 'clickid', detail: 'There is no click with this id.' };
  }
  const detail = clickId.includes(';')
    ? 'The parameters are separated by ";". Separate them by "&".'
    : 'This is not a click id: it has 26 letters and digits. Send the value of "clickid" from the landing URL.';
  return { reason: 'invalid_field', field: 'clickid', detail };
}

/** What to call a field that the sender left out. */
const DEFAULT_NAMES: Readonly<Record<string, string>> = { clickId: 'clickid', transactionId: 'txid' };

/** A fault under the name that the sender used. */
function inTheirWords(fault: Fault, { names, values }: PostbackParameters): Fault {
  const { field } = fault;
  const name = names[field as 'revenue'] ?? DEFAULT_NAMES[field] ?? field;
  const comma = (field === 'revenue' || field === 'payout') && (values.revenue ?? values.payout)?.includes(',');
  // Whether "1,234" is one or a thousand is anybody's guess.
  if (comma) return { ...fault, field: name, detail: 'has a comma; send a decimal point and no thousands separators.' };
  return { ...fault, field: name };
}

function conversionOf(
  { values, extras }: PostbackParameters,
  offer: CatalogOffer | undefined,
): Record<string, unknown> {
  const { payoutIsRevenue = false, currency: offerCurrency } = offer?.row ?? {};
  const revenue = values.revenue ?? (payoutIsRevenue ? values.payout : undefined);
  const currency = values.currency?.toUpperCase() ?? (revenue || values.payout ? offerCurrency : undefined);
  const data: Record<string, unknown> = {
    clickId: values.clickId,
    event: values.event,
    transactionId: values.transactionId,
    revenue,
    currency,
    status: values.status,
    payout: payoutIsRevenue ? undefined : values.payout,
    metadata: Object.keys(extras).length > 0 ? extras : undefined,
  };
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
