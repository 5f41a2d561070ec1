export { ApiKey, type Role } from './access/api-key.entity.js';
export { type ApiKeyItem, ApiKeys } from './access/api-keys.service.js';
export { Audit, type AuditItem } from './audit/audit.service.js';
export { AuditEntry } from './audit/audit-entry.entity.js';
export { Advertiser } from './catalog/advertiser.entity.js';
export { AdvertiserSecret } from './catalog/advertiser-secret.entity.js';
export { AdvertiserSecrets, type SecretItem } from './catalog/advertiser-secrets.service.js';
export { Campaign } from './catalog/campaign.entity.js';
export type { Caps, PartnerCaps } from './catalog/caps.js';
export type * from './catalog/catalog.js';
export { CatalogService } from './catalog/catalog.service.js';
export { CatalogError, type CatalogFault } from './catalog/catalog-error.js';
export { CatalogManagement } from './catalog/catalog-management.service.js';
export { CatalogSeed } from './catalog/catalog-seed.dto.js';
export type { AttributionModel, Coupon } from './catalog/coupon.js';
export { Offer } from './catalog/offer.entity.js';
export { Partner } from './catalog/partner.entity.js';
export type * from './catalog/payout-rule.js';
export { Click } from './clicks/click.entity.js';
export { type ClickItem, ClickSearch } from './clicks/click-search.service.js';
export { ClicksService, type DirectClickResult, type Visit } from './clicks/clicks.service.js';
export { DirectClick } from './clicks/direct-click.entity.js';
export type { CompatNetworkSettings, CompatSettings } from './compat/compat-settings.js';
export { Conversion } from './conversions/conversion.entity.js';
export { type ConversionItem, ConversionSearch, type LedgerItem } from './conversions/conversion-search.service.js';
export { ConversionsService } from './conversions/conversions.service.js';
export { Counter } from './conversions/counter.entity.js';
export type { DecisionResult } from './conversions/decision-job.js';
export { DecisionsService } from './conversions/decisions.service.js';
export type { Alongside, Intake, IntakeRequest, IntakeResult, RecordContext, StepTrace } from './conversions/intake.js';
export { LedgerEntry } from './conversions/ledger-entry.entity.js';
export type { ManualDecision } from './conversions/manual-decision.js';
export type { RatesProvider } from './conversions/pricing/rates-provider.js';
export { SeenDelivery } from './conversions/seen-delivery.entity.js';
export { type ConversionEvent, TrackerEvents } from './events/tracker-events.js';
export { CREDIT_MODELS, type CreditModel } from './journeys/credit-models.js';
export type * from './journeys/journey.js';
export { JourneysService } from './journeys/journeys.service.js';
export { OutboundPostback } from './partner-postbacks/outbound-postback.entity.js';
export { type OutboundPostbackItem, OutboundPostbacksService } from './partner-postbacks/outbound-postbacks.service.js';
export type { PartnerPostbackOptions } from './partner-postbacks/postback-faults.js';
export { PostbackPause } from './partner-postbacks/postback-pause.entity.js';
export {
  type Backfilled,
  type PostbackStatus,
  PostbackTools,
  type TestSend,
} from './partner-postbacks/postback-tools.service.js';
export { BulkReplaysService, type ReplayCounts } from './postbacks/bulk-replays.service.js';
export { InboundPostback } from './postbacks/inbound-postback.entity.js';
export { type InboundPostbackItem, InboundPostbacksService } from './postbacks/inbound-postbacks.service.js';
export type { PostbackTest } from './postbacks/postback-test-request.js';
export { type PostbackTestReport, PostbackTestsService } from './postbacks/postback-tests.service.js';
export { type Replay, ReplaysService } from './postbacks/replays.service.js';
export type { RateLimit } from './postbacks/senders/rate-limiter.js';
export { type Erased, People } from './privacy/people.service.js';
export { Retention, type Swept } from './privacy/retention.service.js';
export { SweepError } from './privacy/sweep.js';
export type * from './reports/report.js';
export { ReportsService } from './reports/reports.service.js';
export { type Learning, learnedShares, type OfferFigures } from './rotation/learned-shares.js';
export { Rotation, type RotationOffer, type RotationStory } from './rotation/rotation.service.js';
export { Clock } from './storage/clock.js';
export { trackerEntities } from './storage/entities.js';
export { TRACKER_MIGRATIONS_TABLE, trackerMigrations } from './storage/migrations/index.js';
export { Setting } from './storage/setting.entity.js';
export { HostTransactionError } from './storage/storage-failure.js';
export type { TrackerDatabase } from './storage/tracker-database.js';
export { TransactionJoinError, type TransactionJoinFault } from './storage/transaction-join-error.js';
export { TrackerModule } from './tracker.module.js';
export type {
  FirstPartyCookieOptions,
  RetentionOptions,
  TrackerDecorators,
  TrackerModuleExtras,
  TrackerOptions,
} from './tracker.options.js';
export { type GeoAnswer, GeoResolver } from './visitors/geo-resolver.js';
export { Webhook } from './webhooks/webhook.entity.js';
export { WEBHOOK_EVENTS, type WebhookEvent } from './webhooks/webhook.js';
export { type WebhookItem, Webhooks } from './webhooks/webhooks.service.js';
