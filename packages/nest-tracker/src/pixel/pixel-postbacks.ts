import { Inject, Injectable } from '@nestjs/common';
import { parseClickId } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import { ClickLookup } from '../clicks/click-lookup.js';
import { FIRST_PARTY_COOKIE } from '../clicks/first-party-cookie.js';
import { trafficKind } from '../clicks/traffic-kind.js';
import type { Arrival } from '../postbacks/arrival.js';
import { ClassicPostbacks } from '../postbacks/classic-postbacks.js';
import { InboundRoutes } from '../postbacks/inbound-routes.js';
import { readPostbackParameters } from '../postbacks/postback-parameters.js';
import type { Reading } from '../postbacks/reading.js';
import { type Pair, requestPairs } from '../postbacks/request-pairs.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { clicksOfCookies } from './click-cookies.js';
import { beaconReply, gifReply, scriptReply } from './pixel-replies.js';

/**
 * Reads conversions that a visitor's browser reports: a classic postback whose click may also be known by a cookie.
 * Whatever proves the sender stands in the page, for the visitor to see.
 */
@Injectable()
export class PixelPostbacks {
  constructor(
    private readonly classics: ClassicPostbacks,
    private readonly catalog: CatalogService,
    private readonly clicks: ClickLookup,
    routes: InboundRoutes,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {
    routes.add({ route: '/pixel.gif', read: this.read, reply: gifReply });
    routes.add({ route: '/pixel.js', read: this.read, reply: scriptReply });
    routes.add({ route: '/pixel', read: this.read, reply: beaconReply });
  }

  private readonly read = async (arrival: Arrival): Promise<Reading> => {
    const { request } = arrival;
    const status = request.method === 'POST' ? 204 : 200;
    const reading = await this.readVisit(arrival);
    return { ...reading, facts: { ...reading.facts, status } };
  };

  private async readVisit(arrival: Arrival): Promise<Reading> {
    const { request } = arrival;
    const read = requestPairs(request);
    const pairs = read.ok ? read.pairs : [...new URLSearchParams(request.query)];
    if (trafficKind(request.method, request.headers) === 'prefetch') {
      const detail = 'A page that is loaded ahead reports nothing; the browser loads the pixel again when it is shown.';
      const { clickId, transactionId, advertiser } = readPostbackParameters(pairs).values;
      return {
        ok: false,
        refusal: { reason: 'malformed_request', detail },
        step: 'readRequest',
        facts: { clickId: clickId && (parseClickId(clickId) ?? clickId), transactionId, advertiser },
      };
    }
    return this.classics.readWith(arrival, await this.clickOf(arrival, pairs));
  }

  /** The click that the visitor's cookies tell of: the newest one that led to the advertiser named in the pixel. */
  private async clickOf({ request }: Arrival, pairs: readonly Pair[]): Promise<string | undefined> {
    const { clickId, advertiser } = readPostbackParameters(pairs).values;
    if (clickId !== undefined) return undefined;
    const ids = clicksOfCookies(request, this.options.firstPartyCookie?.name ?? FIRST_PARTY_COOKIE);
    if (advertiser === undefined || ids.length < 2) return ids[0];
    const { advertisersByKey } = await this.catalog.snapshot();
    const wanted = advertisersByKey.get(advertiser)?.row.id;
    for (const id of ids) {
      if ((await this.clicks.find(id))?.advertiserId === wanted) return id;
    }
    return ids[0];
  }
}
