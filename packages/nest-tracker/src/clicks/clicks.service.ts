import { Injectable, type OnModuleInit } from '@nestjs/common';
import { createId } from '@tallyback/protocol';
import type { CatalogCampaign, CatalogOffer } from '../catalog/catalog-snapshot.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { VisitorPrivacy } from '../privacy/visitor-privacy.service.js';
import { ClickWriter } from '../rollups/click-writer.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { WriteBatcher } from '../storage/write-batcher.js';
import { VisitorTraits } from '../visitors/visitor-traits.service.js';
import { Click } from './click.entity.js';
import { cleanText, readClickParameters } from './click-parameters.js';
import { directClickWriter, type PendingDirectClick } from './direct-click-writer.js';
import type { TrafficKind } from './traffic-kind.js';

/** A visit as it came in. */
export interface Visit {
  readonly campaign: CatalogCampaign;
  readonly offer: CatalogOffer;
  readonly kind: TrafficKind;
  /** Over the first-party hop. */
  readonly firstParty: boolean;
  /** Raw query of the click URL. */
  readonly query: string;
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
  readonly referrer: string | undefined;
}

/** What became of a click without a redirect. */
export interface DirectClickResult {
  readonly clickId: string;
  /** `same`: it had been recorded before. */
  readonly status: 'new' | 'same';
}

/** Records clicks. */
@Injectable()
export class ClicksService implements OnModuleInit {
  private batcher: WriteBatcher<Click>;
  private directs: WriteBatcher<PendingDirectClick>;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly events: TrackerEvents,
    private readonly clock: Clock,
    private readonly privacy: VisitorPrivacy,
    private readonly traits: VisitorTraits,
  ) {}

  onModuleInit(): void {
    this.batcher = new WriteBatcher(new ClickWriter(this.storage).insert, this.storage.transactionsAtOnce);
    this.directs = new WriteBatcher(directClickWriter(this.storage));
  }

  /** Stores a click; when this resolves, the click is in the database and stays there whatever happens to the process. */
  async record(visit: Visit): Promise<Click> {
    const click = this.clickOf(visit);
    await this.batcher.add(click);
    this.events.emitClick(click);
    return click;
  }

  /**
   * Stores a click that a page tells of itself; the same identity again, here or in another process, is the same click.
   *
   * @param identity 43 characters.
   */
  async recordDirect(identity: string, visit: Visit): Promise<DirectClickResult> {
    const pending: PendingDirectClick = { identity, click: this.clickOf(visit) };
    await this.directs.add(pending);
    const { click, standing = click.id } = pending;
    if (standing !== click.id) return { clickId: standing, status: 'same' };
    this.events.emitClick(click);
    return { clickId: click.id, status: 'new' };
  }

  /** The click with this id, or null. */
  find(id: string): Promise<Click | null> {
    return this.storage.manager.findOneBy(Click, { id });
  }

  private clickOf({ campaign, offer, kind, firstParty, query, ip, userAgent, referrer }: Visit): Click {
    const now = this.clock.now();
    const { currency, advertiserId } = offer.row;
    const parameters = readClickParameters(query, campaign.partner.clickIdParameter, currency);
    const click = new Click();
    click.id = createId(now);
    click.at = now;
    click.kind = kind;
    const { robot, device, os, browser } = this.traits.ofUserAgent(userAgent);
    click.bot = robot || this.traits.isDataCentre(ip);
    click.unique = false;
    click.firstParty = firstParty;
    click.campaignId = campaign.row.id;
    click.offerId = offer.row.id;
    click.partnerId = campaign.row.partnerId;
    click.advertiserId = advertiserId;
    click.visitor = this.privacy.visitor(ip, userAgent);
    click.country = this.traits.countryOf(ip);
    click.device = device;
    click.os = os;
    click.browser = browser;
    click.channel = parameters.channel;
    click.customerId = parameters.customerId;
    click.externalId = parameters.externalId;
    [
      click.sub1 = null,
      click.sub2 = null,
      click.sub3 = null,
      click.sub4 = null,
      click.sub5 = null,
      click.sub6 = null,
      click.sub7 = null,
      click.sub8 = null,
      click.sub9 = null,
      click.sub10 = null,
    ] = parameters.subs;
    click.cost = parameters.cost;
    click.currency = currency;
    click.ip = this.privacy.keepIp(ip);
    click.userAgent = this.privacy.keepUserAgent(userAgent);
    click.referrer = cleanText(referrer, 1024);
    click.query = parameters.query;
    return click;
  }
}
