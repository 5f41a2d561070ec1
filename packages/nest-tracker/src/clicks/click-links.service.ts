import { Inject, Injectable } from '@nestjs/common';
import { parseClickId } from '@tallyback/protocol';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogCampaign, CatalogOffer } from '../catalog/catalog-snapshot.js';
import type { HttpReply } from '../http/http-reply.js';
import { type HttpRequest, header } from '../http/http-request.js';
import { problemReply } from '../http/problem-reply.js';
import { Rotation } from '../rotation/rotation.service.js';
import { Clock } from '../storage/clock.js';
import { isStorageFailure } from '../storage/storage-failure.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { CapWatch, type ReachedCaps } from './cap-watch.js';
import { chooseOffer, openOffers } from './choose-offer.js';
import type { Click } from './click.entity.js';
import { ClicksService } from './clicks.service.js';
import { cleanDestinationUrl, destinationUrl } from './destination.js';
import { firstPartyCookie, hopAddress } from './first-party-cookie.js';
import { REDIRECT_PAGE_HEADERS, redirectPage } from './redirect-page.js';
import { StickyOffers } from './sticky-offers.service.js';
import { trafficKind } from './traffic-kind.js';
import { UnservedVisits } from './unserved-visits.service.js';

const NO_STORE = { 'cache-control': 'no-store', 'x-robots-tag': 'noindex' };

/** What click links answer: the click is recorded, then the visitor sent on. */
@Injectable()
export class ClickLinks {
  constructor(
    private readonly catalog: CatalogService,
    private readonly clicks: ClicksService,
    private readonly caps: CapWatch,
    private readonly clock: Clock,
    private readonly rotation: Rotation,
    private readonly sticky: StickyOffers,
    private readonly unserved: UnservedVisits,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  /**
   * A visit of a click link.
   *
   * @param firstParty Over the first-party hop.
   */
  async visit(key: string, request: HttpRequest, firstParty: boolean): Promise<HttpReply> {
    try {
      const catalog = await this.catalog.snapshot();
      const campaign = catalog.campaignsByKey.get(key);
      if (!campaign) return await this.fallback(key, campaign, request);
      const reached = this.caps.reached(catalog);
      const known = reached instanceof Promise ? await reached : reached;
      const chosen = this.offerFor(campaign, known, request, firstParty);
      const offer = chosen instanceof Promise ? await chosen : chosen;
      if (!offer) return await this.fallback(key, campaign, request);
      const click = await this.clicks.record({
        campaign,
        offer,
        kind: trafficKind(request.method, request.headers),
        firstParty,
        query: request.query,
        ip: request.ip,
        userAgent: header(request, 'user-agent'),
        referrer: header(request, 'referer'),
      });
      return this.sendOn(campaign, offer, click, request);
    } catch (error) {
      return unavailable(error);
    }
  }

  private offerFor(campaign: CatalogCampaign, reached: ReachedCaps, request: HttpRequest, firstParty: boolean) {
    const open = this.rotation.weigh(campaign, openOffers(campaign, reached, this.clock.now()));
    if (!campaign.row.sticky) return chooseOffer(open, Math.random);
    return this.sticky.choose(campaign, open, request, firstParty);
  }

  private sendOn(campaign: CatalogCampaign, offer: CatalogOffer, click: Click, request: HttpRequest): HttpReply {
    const { redirect } = campaign.row;
    const location = locationOf(campaign, offer, click);
    const cookie = click.firstParty
      ? firstPartyCookie(click.id, hopAddress(request, this.options), location, this.options.firstPartyCookie)
      : undefined;
    if (typeof redirect === 'number') return this.redirectTo(location, redirect, cookie);
    const headers: Record<string, string> = cookie ? { 'set-cookie': cookie } : {};
    if (redirect === 'meta') return pageReply(location, headers);
    // Relative, so that it is right behind every prefix and proxy.
    const last = request.path.slice(request.path.lastIndexOf('/') + 1);
    return pageReply(last === '' ? click.id : `${last}/${click.id}`, headers);
  }

  /** The second page of a double refresh. Nothing in its address can send the visitor elsewhere: the click knows where. */
  second(key: string, click: string, request: HttpRequest): Promise<HttpReply> {
    return this.leadOn(key, click, request).catch(unavailable);
  }

  private async leadOn(key: string, given: string, request: HttpRequest): Promise<HttpReply> {
    const id = parseClickId(given);
    const catalog = await this.catalog.snapshot();
    const campaign = catalog.campaignsByKey.get(key);
    const click = id !== undefined && campaign ? await this.clicks.find(id) : null;
    const offer = click && catalog.offersById.get(click.offerId);
    if (!campaign || !click || !offer || click.campaignId !== campaign.row.id)
      return this.fallback(key, undefined, request);
    return pageReply(locationOf(campaign, offer, click));
  }

  /** Only configured places can be reached: the campaign's fallback, else the module's, else nothing. */
  private async fallback(key: string, campaign: CatalogCampaign | undefined, request: HttpRequest): Promise<HttpReply> {
    const detail = campaign
      ? `Campaign "${key}" is paused, or none of its offers takes visitors now.`
      : `There is no campaign "${key}". Check the link, or create the campaign.`;
    const refusal = { reason: 'campaign_not_found', detail } as const;
    const url = campaign?.row.fallbackUrl ?? this.options.fallbackUrl;
    const reply = url ? this.redirectTo(new URL(url).href, 302) : problemReply(refusal);
    await this.unserved.add(request, refusal, key, reply.status);
    return reply;
  }

  private redirectTo(location: string, status: number, cookie?: string): HttpReply {
    const policy = this.options.referrerPolicy ?? 'no-referrer-when-downgrade';
    // Written out: every click makes one.
    const headers = { 'cache-control': 'no-store', 'x-robots-tag': 'noindex', 'referrer-policy': policy, location };
    return { status, headers: cookie === undefined ? headers : { ...headers, 'set-cookie': cookie } };
  }
}

/** @throws every other error than that of a storage which is away. */
function unavailable(error: unknown): HttpReply {
  if (!isStorageFailure(error)) throw error;
  return problemReply({
    reason: 'storage_unavailable',
    detail: 'The click could not be stored, so the visitor was not sent on unrecorded. Try again shortly.',
  });
}

function locationOf(campaign: CatalogCampaign, offer: CatalogOffer, click: Click): string {
  return click.firstParty ? cleanDestinationUrl(offer, campaign, click) : destinationUrl(offer, campaign, click);
}

function pageReply(url: string, headers: Record<string, string> = {}): HttpReply {
  const policy = { 'referrer-policy': 'no-referrer' };
  return {
    status: 200,
    headers: { ...NO_STORE, ...REDIRECT_PAGE_HEADERS, ...policy, ...headers },
    body: redirectPage(url),
  };
}
