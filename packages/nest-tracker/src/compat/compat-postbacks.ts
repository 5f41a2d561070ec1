import { Injectable } from '@nestjs/common';
import { type Fault, type NetworkPostback, parseClickId } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogAdvertiser, CatalogOffer, CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { hashToken } from '../catalog/hash-token.js';
import { ClickLookup } from '../clicks/click-lookup.js';
import type { KnownClick } from '../conversions/working-set/known-clicks.js';
import type { Refusal } from '../http/problem-reply.js';
import type { Arrival, Facts } from '../postbacks/arrival.js';
import { InboundRoutes } from '../postbacks/inbound-routes.js';
import type { Reading } from '../postbacks/reading.js';
import { firstValue, type Pair, requestPairs } from '../postbacks/request-pairs.js';
import { proveArrival } from '../postbacks/senders/prove-arrival.js';
import { compatConversion } from './compat-message.js';
import { type CompatNetwork, compatNetworks } from './compat-networks.js';
import { compatReply } from './compat-reply.js';
import { CompatSettingsService } from './compat-settings.service.js';
import { pathKey, pathKeyName } from './path-key.js';

/** By what whose postback it is may be found. */
interface Given {
  readonly clickIdNames: readonly string[];
  readonly token: string | undefined;
  readonly named: string | undefined;
  readonly snapshot: CatalogSnapshot;
}

/** What a postback leads to before it is read. */
interface Lead {
  readonly click?: KnownClick;
  readonly offer?: CatalogOffer;
  readonly advertiser?: CatalogAdvertiser | undefined;
}

/** Reads the postbacks of other networks in their own formats, as the protocol declares them. */
@Injectable()
export class CompatPostbacks {
  constructor(
    private readonly catalog: CatalogService,
    private readonly clicks: ClickLookup,
    private readonly settings: CompatSettingsService,
    routes: InboundRoutes,
  ) {
    for (const network of compatNetworks) {
      for (const path of new Set(network.receive.routes.map((route) => route.path))) {
        const route = `/compat/${network.name}${path}`;
        const key = pathKeyName(path);
        routes.add({
          route,
          read: (arrival) => this.read(network, route, arrival),
          reply: (result, request, status) => compatReply(network, result, request, status),
          ...(key !== undefined && { secretSegments: [key] }),
        });
      }
    }
  }

  private async read(network: CompatNetwork, route: string, arrival: Arrival): Promise<Reading> {
    const { request } = arrival;
    const read = requestPairs(request);
    let facts: Facts = {};
    const refuse = (step: string, refusal: Refusal): Reading => ({ ok: false, refusal, step, facts });
    const snapshot = await this.catalog.snapshot();
    facts = { status: this.settings.statusOf(network, snapshot, undefined) };
    if (!read.ok) return refuse('readRequest', read.refusal);
    const { pairs, signed } = read;
    const { parameters } = network.receive;
    const clickIdNames = this.settings.clickIdNames(network, snapshot);
    const clickId = firstValue(pairs, clickIdNames);
    facts = {
      ...facts,
      clickId: clickId && (parseClickId(clickId) ?? clickId),
      transactionId: firstValue(pairs, parameters.transactionId),
      deliveryId: firstValue(pairs, ['tb_id']),
    };
    arrival.passed('readRequest');

    const token = pathKey(route, request.path) ?? firstValue(pairs, parameters.token);
    const named = firstValue(pairs, ['advertiser']) ?? arrival.vouched?.advertiser;
    const { click, offer, advertiser } = await this.follow(pairs, { clickIdNames, token, named, snapshot });
    if (!advertiser) return refuse('findAdvertiser', this.nobody(network, pairs, { clickIdNames, named }));
    const settings = this.settings.of(network, advertiser);
    const { key } = advertiser.row;
    const transactionName = settings.parameters?.transactionId;
    facts = {
      ...facts,
      advertiser: key,
      status: this.settings.statusOf(network, snapshot, advertiser),
      ...(transactionName !== undefined && { transactionId: firstValue(pairs, [transactionName]) }),
    };
    arrival.passed('findAdvertiser', key);

    const proof = proveArrival(arrival, advertiser, { signature: signed, token });
    if (!proof.ok) return refuse('proveSender', proof.refusal);
    facts = { ...facts, sender: proof.sender.method };
    const postback = network.receive.read(pairs, settings);
    if (!postback.ok) return refuse('readMessage', refusalOf(postback.faults));
    const { couponCode } = postback.value.conversion;
    const couponsOffer = couponCode === undefined ? undefined : snapshot.couponOf(advertiser.row.id, couponCode)?.offer;
    const currency = (offer ?? couponsOffer)?.row.currency ?? onlyCurrency(advertiser, snapshot);
    const parsed = compatConversion(network, postback.value, currency);
    if (!parsed.ok) return refuse('readMessage', refusalOf(parsed.faults));
    arrival.passed('readMessage', howIdentified(postback.value));
    facts = { ...facts, transactionId: parsed.value.transactionId };
    const timestamp = new Date(arrival.at).toISOString();
    return {
      ok: true,
      intake: {
        advertiser,
        sender: proof.sender,
        message: { type: 'conversion.created', timestamp, data: parsed.value },
        click,
        onRepeat: postback.value.repeat === 'update' ? 'update' : undefined,
      },
      facts,
    };
  }

  /** Whose postback it is: by its click, else by its token, else as it says itself. */
  private async follow(pairs: readonly Pair[], { clickIdNames, token, named, snapshot }: Given): Promise<Lead> {
    for (const name of clickIdNames) {
      const id = parseClickId(firstValue(pairs, [name]) ?? '');
      const click = id === undefined ? null : await this.clicks.find(id);
      const offer = click ? snapshot.offersById.get(click.offerId) : undefined;
      if (click && offer) return { click, offer, advertiser: offer.advertiser };
    }
    const byToken = token === undefined ? undefined : snapshot.advertisersByTokenHash.get(hashToken(token));
    return { advertiser: byToken ?? snapshot.advertisersByKey.get(named ?? '') };
  }

  /** Why no advertiser is known. */
  private nobody(
    network: CompatNetwork,
    pairs: readonly Pair[],
    { clickIdNames, named }: Pick<Given, 'clickIdNames' | 'named'>,
  ): Refusal {
    if (named !== undefined) {
      return { reason: 'unknown_advertiser', field: 'advertiser', detail: 'There is no advertiser with this key.' };
    }
    const unknown = clickIdNames.find((name) => parseClickId(firstValue(pairs, [name]) ?? '') !== undefined);
    if (unknown !== undefined) {
      const detail = 'There is no click with this id. Send the click id exactly as it came in the landing URL.';
      return { reason: 'click_not_found', field: unknown, detail };
    }
    const postback = network.receive.read(pairs, this.settings.of(network, undefined));
    if (!postback.ok) return refusalOf(postback.faults);
    const detail =
      'Nothing says whose postback this is. Add the parameter "advertiser" with the key of the advertiser.';
    return { reason: 'unknown_advertiser', field: 'advertiser', detail };
  }
}

/** The currency of every offer of an advertiser, when they all have the same. */
function onlyCurrency(advertiser: CatalogAdvertiser, { offersById }: CatalogSnapshot): string | undefined {
  const offers = [...offersById.values()].filter((offer) => offer.advertiser === advertiser);
  const currencies = new Set(offers.map(({ row }) => row.currency));
  return currencies.size === 1 ? [...currencies][0] : undefined;
}

/** What the tester says about the identity, which a postback may lack. */
function howIdentified({ derivedTransactionId }: NetworkPostback): string | undefined {
  return derivedTransactionId ? 'without transaction id: one was made of click id and event' : undefined;
}

/** All faults in one refusal. The network's reader names the parameter in the detail already. */
function refusalOf(faults: readonly Fault[]): Refusal {
  const [first] = faults;
  const detail = faults.map(({ field, detail: words }) => (words.startsWith('"') ? words : `"${field}" ${words}`));
  return {
    reason: first?.reason ?? 'malformed_request',
    field: first?.field || undefined,
    detail: `${detail.join('. ')}.`,
  };
}
