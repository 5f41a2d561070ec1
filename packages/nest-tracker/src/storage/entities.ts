import { ApiKey } from '../access/api-key.entity.js';
import { AuditEntry } from '../audit/audit-entry.entity.js';
import { Advertiser } from '../catalog/advertiser.entity.js';
import { AdvertiserSecret } from '../catalog/advertiser-secret.entity.js';
import { Campaign } from '../catalog/campaign.entity.js';
import { Offer } from '../catalog/offer.entity.js';
import { Partner } from '../catalog/partner.entity.js';
import { Click } from '../clicks/click.entity.js';
import { DirectClick } from '../clicks/direct-click.entity.js';
import { Conversion } from '../conversions/conversion.entity.js';
import { Counter } from '../conversions/counter.entity.js';
import { LedgerEntry } from '../conversions/ledger-entry.entity.js';
import { SeenDelivery } from '../conversions/seen-delivery.entity.js';
import { OutboundPostback } from '../partner-postbacks/outbound-postback.entity.js';
import { PostbackPause } from '../partner-postbacks/postback-pause.entity.js';
import { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import { DayVisitor } from '../rollups/day-visitor.entity.js';
import { Rollup } from '../rollups/rollup.entity.js';
import { Webhook } from '../webhooks/webhook.entity.js';
import { Setting } from './setting.entity.js';

/** Every entity of the tracker; a host's own `DataSource` lists them: `entities: [...trackerEntities]`. */
export const trackerEntities = [
  Advertiser,
  AdvertiserSecret,
  Offer,
  Partner,
  Campaign,
  AuditEntry,
  ApiKey,
  Click,
  DirectClick,
  Conversion,
  Counter,
  LedgerEntry,
  SeenDelivery,
  InboundPostback,
  OutboundPostback,
  PostbackPause,
  Webhook,
  Rollup,
  DayVisitor,
  Setting,
];
