import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogCampaign, CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { type HttpRequest, header } from '../http/http-request.js';
import type { Refusal } from '../http/problem-reply.js';
import { type RateLimit, RateLimiter } from '../postbacks/senders/rate-limiter.js';
import { addressKey, requireLimit } from '../postbacks/senders/sender-limits.js';
import { Rotation } from '../rotation/rotation.service.js';
import { Clock } from '../storage/clock.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { CapWatch } from './cap-watch.js';
import { chooseOffer, openOffers, type WeightedOffer } from './choose-offer.js';
import { ClicksService, type DirectClickResult } from './clicks.service.js';
import { type DirectClickMessage, readDirectClick } from './direct-click-message.js';
import { isAllowedOrigin } from './direct-click-origins.js';
import { StickyOffers } from './sticky-offers.service.js';
import { trafficKind } from './traffic-kind.js';
import { UnservedVisits } from './unserved-visits.service.js';

/** What one address may send unless the options say otherwise: enough for the people behind one gateway. */
const DEFAULT_LIMIT: RateLimit = { perSecond: 20, burst: 200 };
const MAX_ADDRESSES = 10_000;

/** Clicks without a redirect: the landing page itself tells of them. */
@Injectable()
export class DirectClicks {
  private readonly limiter = new RateLimiter(MAX_ADDRESSES);

  constructor(
    private readonly catalog: CatalogService,
    private readonly clicks: ClicksService,
    private readonly caps: CapWatch,
    private readonly rotation: Rotation,
    private readonly sticky: StickyOffers,
    private readonly unserved: UnservedVisits,
    private readonly clock: Clock,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {
    if (options.directClickLimit) requireLimit('directClickLimit', options.directClickLimit);
  }

  /** Whether a page of this origin may ask at all; which campaign it asks for is not known yet. */
  async mayAsk(origin: string): Promise<boolean> {
    return isAllowedOrigin(origin, await this.catalog.snapshot(), this.options.directClickOrigins);
  }

  /** Records what a page tells; refusals that name a campaign are logged. */
  async record(request: HttpRequest, body: string): Promise<DirectClickResult | Refusal> {
    const limited = this.limit(request.ip);
    if (limited) return limited;
    const catalog = await this.catalog.snapshot();
    const parameterOf = (key: string) => catalog.campaignsByKey.get(key)?.partner.clickIdParameter ?? 'external_id';
    const message = readDirectClick(body, parameterOf);
    if ('reason' in message) return message;
    const campaign = catalog.campaignsByKey.get(message.campaign);
    const open = campaign ? openOffers(campaign, await this.caps.reached(catalog), this.clock.now()) : [];
    const refusal = this.refusalOf(message, campaign, open, header(request, 'origin'), catalog);
    if (refusal) {
      await this.unserved.add(request, refusal, message.campaign);
      return refusal;
    }
    return this.store(message, campaign as CatalogCampaign, open, request);
  }

  private limit(ip: string | undefined): Refusal | undefined {
    const { directClickLimit: limit = DEFAULT_LIMIT } = this.options;
    const key = addressKey(ip);
    if (limit === false || key === undefined) return undefined;
    const now = this.clock.now();
    const wait = this.limiter.wait(key, limit, now);
    if (wait > 0) {
      const retryAfterSeconds = Math.max(1, Math.ceil(wait / 1000));
      const detail = `This address has sent too many clicks. Send it again in ${retryAfterSeconds} s.`;
      return { reason: 'rate_limited', detail, retryAfterSeconds };
    }
    this.limiter.count(key, limit, now);
    return undefined;
  }

  private refusalOf(
    { campaign: key }: DirectClickMessage,
    campaign: CatalogCampaign | undefined,
    open: readonly WeightedOffer[],
    origin: string | undefined,
    catalog: CatalogSnapshot,
  ): Refusal | undefined {
    if (!campaign) {
      const detail = `There is no campaign "${key.slice(0, 64)}". Check the page, or create the campaign.`;
      return { reason: 'campaign_not_found', field: 'campaign', detail };
    }
    const advertisers = campaign.offers.map(({ offer }) => offer.row.advertiserId);
    if (origin !== undefined && !isAllowedOrigin(origin, catalog, this.options.directClickOrigins, advertisers)) {
      const detail =
        `Pages of "${origin.slice(0, 128)}" may not record clicks of campaign "${key}": none of its advertisers' offers ` +
        'leads there. Add the origin to the option directClickOrigins if it is theirs.';
      return { reason: 'invalid_field', field: 'origin', detail };
    }
    if (open.length > 0) return undefined;
    const detail = `Campaign "${key}" is paused, or none of its offers takes visitors now.`;
    return { reason: 'campaign_not_found', field: 'campaign', detail };
  }

  private async store(
    message: DirectClickMessage,
    campaign: CatalogCampaign,
    open: readonly WeightedOffer[],
    request: HttpRequest,
  ): Promise<DirectClickResult> {
    const { key, url, referrer, parameters } = message;
    // The visitor is on an offer's page already: where it is known whose, it is that offer's click.
    const here = open.filter(({ offer }) => offer.host === url?.hostname);
    const possible = this.rotation.weigh(campaign, here.length > 0 ? here : open);
    const offer = campaign.row.sticky
      ? await this.sticky.choose(campaign, possible, request, false)
      : chooseOffer(possible, Math.random);
    if (!offer) throw new Error('A campaign without an active offer was let through; this line cannot be reached.');
    // What the page says itself stands first, and the first of equal names wins.
    const query = new URLSearchParams();
    for (const [name, value] of [...parameters, ...(url?.searchParams ?? [])]) query.append(name, value);
    const identity = createHash('sha256').update(`${campaign.row.id}\n${key}`).digest('base64url');
    return this.clicks.recordDirect(identity, {
      campaign,
      offer,
      kind: trafficKind(request.method, request.headers),
      firstParty: false,
      query: query.toString(),
      ip: request.ip,
      userAgent: header(request, 'user-agent'),
      referrer,
    });
  }
}
