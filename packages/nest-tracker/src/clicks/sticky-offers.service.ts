import { Inject, Injectable } from '@nestjs/common';
import type { CatalogCampaign, CatalogOffer } from '../catalog/catalog-snapshot.js';
import { type HttpRequest, header } from '../http/http-request.js';
import { clicksOfCookies } from '../pixel/click-cookies.js';
import { VisitorPrivacy } from '../privacy/visitor-privacy.service.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { stickyOffer, type WeightedOffer } from './choose-offer.js';
import { ClickLookup } from './click-lookup.js';
import { FIRST_PARTY_COOKIE } from './first-party-cookie.js';

/** The same offer for the same visitor, for as long as it takes visitors. */
@Injectable()
export class StickyOffers {
  constructor(
    private readonly lookup: ClickLookup,
    private readonly privacy: VisitorPrivacy,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  /**
   * The offer of the visitor's last click on this campaign, where the first-party cookie knows one; otherwise the one that
   * address and browser have on this day.
   *
   * @param byCookie Whether the visitor lets us know by cookie.
   */
  async choose(
    campaign: CatalogCampaign,
    open: readonly WeightedOffer[],
    request: HttpRequest,
    byCookie: boolean,
  ): Promise<CatalogOffer | undefined> {
    if (open.length < 2) return open[0]?.offer;
    const remembered = byCookie && (await this.remembered(campaign, open, request));
    return remembered || stickyOffer(open, this.privacy.visitor(request.ip, header(request, 'user-agent')));
  }

  private async remembered(campaign: CatalogCampaign, open: readonly WeightedOffer[], request: HttpRequest) {
    const name = this.options.firstPartyCookie?.name ?? FIRST_PARTY_COOKIE;
    const clicks = await Promise.all(clicksOfCookies(request, name).map((id) => this.lookup.find(id)));
    for (const click of clicks) {
      if (click?.campaignId !== campaign.row.id) continue;
      const same = open.find(({ offer }) => offer.row.id === click.offerId);
      if (same) return same.offer;
    }
    return undefined;
  }
}
