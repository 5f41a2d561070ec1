import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import type { CatalogCampaign } from '../catalog/catalog-snapshot.js';
import { HttpReplier, type HttpReply } from '../http/http-reply.js';
import { type HttpRequest, header } from '../http/http-request.js';
import { problemReply } from '../http/problem-reply.js';
import { PublicRequest } from '../http/public-request.js';
import { InboundLog } from '../postbacks/inbound-log.service.js';
import { isStorageFailure } from '../storage/storage-failure.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { chooseOffer } from './choose-offer.js';
import { ClicksService } from './clicks.service.js';
import { cleanDestinationUrl, destinationUrl } from './destination.js';
import { firstPartyCookie, type HopAddress } from './first-party-cookie.js';
import { trafficKind } from './traffic-kind.js';

const NO_STORE = { 'cache-control': 'no-store', 'x-robots-tag': 'noindex' };

/** Click links: record the click, then redirect. */
@Controller()
export class ClicksController {
  constructor(
    private readonly catalog: CatalogService,
    private readonly clicks: ClicksService,
    private readonly log: InboundLog,
    private readonly replier: HttpReplier,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  /** `GET /c/:campaign`: redirects to the offer with the click id in the URL. */
  @Get('c/:campaign')
  async redirect(@Param('campaign') key: string, @PublicRequest() request: HttpRequest, @Res() response: unknown) {
    this.replier.send(response, await this.visit(key, request, false));
  }

  /** `GET /o/:campaign`: the first-party hop; sets the click cookie and redirects to a clean URL. */
  @Get('o/:campaign')
  async hop(@Param('campaign') key: string, @PublicRequest() request: HttpRequest, @Res() response: unknown) {
    this.replier.send(response, await this.visit(key, request, true));
  }

  private async visit(key: string, request: HttpRequest, firstParty: boolean): Promise<HttpReply> {
    try {
      const campaign = (await this.catalog.snapshot()).campaignsByKey.get(key);
      const offer = campaign?.row.status === 'active' ? chooseOffer(campaign, Math.random) : undefined;
      if (!campaign || !offer) return await this.fallback(key, campaign, request);
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
      if (!firstParty) return this.redirectTo(destinationUrl(offer, campaign, click), campaign.row.redirect);
      const location = cleanDestinationUrl(offer, campaign, click);
      const cookie = firstPartyCookie(click.id, this.seenBy(request), location, this.options.firstPartyCookie);
      return this.redirectTo(location, campaign.row.redirect, { 'set-cookie': cookie });
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      return problemReply({
        reason: 'storage_unavailable',
        detail: 'The click could not be stored, so the visitor was not sent on unrecorded. Try again shortly.',
      });
    }
  }

  /** The hop as the visitor's browser sees it. */
  private seenBy(request: HttpRequest): HopAddress {
    const { publicUrl } = this.options;
    if (publicUrl === undefined) return { host: header(request, 'host') ?? '', secure: request.secure };
    const { host, protocol } = new URL(publicUrl);
    return { host, secure: protocol === 'https:' };
  }

  /** Only configured places can be reached: the campaign's fallback, else the module's, else nothing. */
  private async fallback(key: string, campaign: CatalogCampaign | undefined, request: HttpRequest): Promise<HttpReply> {
    const detail = campaign
      ? `Campaign "${key}" is paused or has no active offer.`
      : `There is no campaign "${key}". Check the link, or create the campaign.`;
    const refusal = { reason: 'campaign_not_found', detail } as const;
    const url = campaign?.row.fallbackUrl ?? this.options.fallbackUrl;
    const reply = url ? this.redirectTo(new URL(url).href, 302) : problemReply(refusal);
    await this.log.refused(request, refusal, { step: 'findCampaign', campaign: key, status: reply.status });
    return reply;
  }

  private redirectTo(location: string, status: number, headers: Record<string, string> = {}): HttpReply {
    const referrerPolicy = this.options.referrerPolicy ?? 'no-referrer-when-downgrade';
    return { status, headers: { ...NO_STORE, 'referrer-policy': referrerPolicy, location, ...headers } };
  }
}
