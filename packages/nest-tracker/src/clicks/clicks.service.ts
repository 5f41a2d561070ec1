import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { createId } from '@tallyback/protocol';
import { isbot } from 'isbot';
import type { CatalogCampaign, CatalogOffer } from '../catalog/catalog-snapshot.js';
import { TrackerEvents } from '../events/tracker-events.js';
import { Clock } from '../storage/clock.js';
import { sharedSecret } from '../storage/shared-secret.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { WriteBatcher } from '../storage/write-batcher.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { Click } from './click.entity.js';
import { cleanText, readClickParameters } from './click-parameters.js';
import { keepIp } from './keep-ip.js';
import type { TrafficKind } from './traffic-kind.js';
import { visitorHash } from './visitor-hash.js';

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

/** Records clicks. */
@Injectable()
export class ClicksService implements OnModuleInit {
  private batcher: WriteBatcher<Click>;
  private visitorKey: Buffer;

  constructor(
    private readonly storage: TrackerStorage,
    private readonly events: TrackerEvents,
    private readonly clock: Clock,
    @Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions,
  ) {}

  async onModuleInit(): Promise<void> {
    this.visitorKey = await sharedSecret(this.storage, 'visitor_key');
    this.batcher = new WriteBatcher(this.storage.bulkInsert(Click));
  }

  /** Stores a click; when this resolves, the click is in the database and stays there whatever happens to the process. */
  async record(visit: Visit): Promise<Click> {
    const click = this.clickOf(visit);
    await this.batcher.add(click);
    this.events.emitClick(click);
    return click;
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
    click.bot = !userAgent || isbot(userAgent);
    click.firstParty = firstParty;
    click.campaignId = campaign.row.id;
    click.offerId = offer.row.id;
    click.partnerId = campaign.row.partnerId;
    click.advertiserId = advertiserId;
    click.visitor = visitorHash(this.visitorKey, ip, userAgent, now);
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
    click.ip = keepIp(ip, this.options.keepIp ?? 'truncate');
    click.userAgent = cleanText(userAgent, 512);
    click.referrer = cleanText(referrer, 1024);
    click.query = parameters.query;
    return click;
  }
}
