import { Inject, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { ApiKeys } from './access/api-keys.service.js';
import { Audit } from './audit/audit.service.js';
import { AdvertiserSecrets } from './catalog/advertiser-secrets.service.js';
import { CatalogService } from './catalog/catalog.service.js';
import { CatalogManagement } from './catalog/catalog-management.service.js';
import { CapWatch } from './clicks/cap-watch.js';
import { ClickLinks } from './clicks/click-links.service.js';
import { ClickLookup } from './clicks/click-lookup.js';
import { ClickSearch } from './clicks/click-search.service.js';
import { ClicksService } from './clicks/clicks.service.js';
import { ClicksAhead } from './clicks/clicks-ahead.js';
import { DirectClicks } from './clicks/direct-clicks.service.js';
import { StickyOffers } from './clicks/sticky-offers.service.js';
import { UnservedVisits } from './clicks/unserved-visits.service.js';
import { CompatPostbacks } from './compat/compat-postbacks.js';
import { CompatSettingsService } from './compat/compat-settings.service.js';
import { AttributionHealer } from './conversions/attribution/attribution-healer.js';
import { ConversionExport } from './conversions/conversion-export.service.js';
import { ConversionSearch } from './conversions/conversion-search.service.js';
import { ConversionsService } from './conversions/conversions.service.js';
import { DecisionsService } from './conversions/decisions.service.js';
import { JoinedRecorder } from './conversions/joined-recorder.js';
import { ExchangeRates } from './conversions/pricing/exchange-rates.js';
import { Recorder } from './conversions/recorder.js';
import { TrackerEvents } from './events/tracker-events.js';
import { AdminGuard } from './http/admin.guard.js';
import { AheadOfMiddleware } from './http/ahead-of-middleware.js';
import { BootChecks } from './http/boot-checks.js';
import { GlobalGuards } from './http/global-guards.js';
import { HttpReplier } from './http/http-reply.js';
import { LastAnswers } from './http/last-answers.js';
import { StorageErrors } from './http/storage-errors.filter.js';
import { TrailingSlash } from './http/trailing-slash.js';
import { UnreadBodies } from './http/unread-bodies.js';
import { JourneysService } from './journeys/journeys.service.js';
import { LiveFeed } from './live/live-feed.service.js';
import { LiveHistory } from './live/live-history.js';
import { Metrics } from './metrics/metrics.service.js';
import { OutboxGauge } from './metrics/outbox-depth.js';
import { OutboundPostbacksService } from './partner-postbacks/outbound-postbacks.service.js';
import { PartnerPostbacks } from './partner-postbacks/partner-postbacks.service.js';
import { PostbackHolds } from './partner-postbacks/postback-holds.js';
import { PostbackOutbox } from './partner-postbacks/postback-outbox.js';
import { PostbackPauses } from './partner-postbacks/postback-pauses.service.js';
import { PostbackPlanner } from './partner-postbacks/postback-planner.js';
import { PostbackResults } from './partner-postbacks/postback-results.js';
import { PostbackTools } from './partner-postbacks/postback-tools.service.js';
import { PixelPostbacks } from './pixel/pixel-postbacks.js';
import { BatchesService } from './postbacks/batches.service.js';
import { BodyErrors } from './postbacks/body-errors.js';
import { BodyLimits } from './postbacks/body-limits.js';
import { BulkReplaysService } from './postbacks/bulk-replays.service.js';
import { ClassicPostbacks } from './postbacks/classic-postbacks.js';
import { InboundAnswers } from './postbacks/inbound-answers.js';
import { InboundLog } from './postbacks/inbound-log.service.js';
import { InboundPostbacksService } from './postbacks/inbound-postbacks.service.js';
import { InboundRoutes } from './postbacks/inbound-routes.js';
import { MessagesAhead } from './postbacks/messages-ahead.js';
import { PostbackTestsService } from './postbacks/postback-tests.service.js';
import { PostbacksService } from './postbacks/postbacks.service.js';
import { ReplaysService } from './postbacks/replays.service.js';
import { SenderLimits } from './postbacks/senders/sender-limits.js';
import { SignedMessages } from './postbacks/signed-messages.js';
import { People } from './privacy/people.service.js';
import { Retention } from './privacy/retention.service.js';
import { VisitorPrivacy } from './privacy/visitor-privacy.service.js';
import { ReportsService } from './reports/reports.service.js';
import { RollupKeeper } from './rollups/rollup-keeper.service.js';
import { RollupRebuild } from './rollups/rollup-rebuild.service.js';
import { Rotation } from './rotation/rotation.service.js';
import { Clock } from './storage/clock.js';
import { Partitions } from './storage/partitions/partitions.service.js';
import { ConfigurableModuleClass } from './tracker.module-definition.js';
import { TRACKER_EXTRAS, type TrackerModuleExtras } from './tracker.options.js';
import { geoProvider } from './visitors/geo.provider.js';
import { VisitorTraits } from './visitors/visitor-traits.service.js';
import { DeadPostbacks } from './webhooks/dead-postbacks.service.js';
import { RemovedWebhooks } from './webhooks/removed-webhooks.service.js';
import { Webhooks } from './webhooks/webhooks.service.js';

/**
 * A whole tracker as a NestJS module: click links, postbacks, attribution, payouts, ledger, reports.
 *
 * ```ts
 * TrackerModule.forRoot({ database: { type: 'sqlite', path: 'var/tracker.db' }, adminToken, seed })
 * ```
 *
 * The application must be created with `rawBody: true`, because signatures are verified over bytes.
 */
@Module({
  providers: [
    AdminGuard,
    AttributionHealer,
    AdvertiserSecrets,
    AheadOfMiddleware,
    ApiKeys,
    Audit,
    BatchesService,
    BodyErrors,
    BodyLimits,
    BootChecks,
    CatalogManagement,
    CapWatch,
    CatalogService,
    BulkReplaysService,
    ClassicPostbacks,
    ClickLinks,
    ClickLookup,
    ClickSearch,
    ClicksAhead,
    ClicksService,
    Clock,
    CompatPostbacks,
    CompatSettingsService,
    ConversionExport,
    ConversionSearch,
    ConversionsService,
    DecisionsService,
    DirectClicks,
    ExchangeRates,
    GlobalGuards,
    HttpReplier,
    InboundAnswers,
    InboundLog,
    InboundPostbacksService,
    InboundRoutes,
    LastAnswers,
    JoinedRecorder,
    JourneysService,
    LiveFeed,
    LiveHistory,
    MessagesAhead,
    Metrics,
    OutboxGauge,
    OutboundPostbacksService,
    PartnerPostbacks,
    Partitions,
    PixelPostbacks,
    PostbackHolds,
    PostbackOutbox,
    PostbackPauses,
    PostbackPlanner,
    PostbackResults,
    PostbackTools,
    People,
    PostbackTestsService,
    PostbacksService,
    ReplaysService,
    Recorder,
    ReportsService,
    Retention,
    Rotation,
    RollupKeeper,
    RollupRebuild,
    SenderLimits,
    SignedMessages,
    StickyOffers,
    StorageErrors,
    TrackerEvents,
    TrailingSlash,
    UnreadBodies,
    UnservedVisits,
    VisitorPrivacy,
    VisitorTraits,
    DeadPostbacks,
    RemovedWebhooks,
    Webhooks,
    geoProvider,
  ],
  exports: [
    AdvertiserSecrets,
    ApiKeys,
    Audit,
    BulkReplaysService,
    CatalogManagement,
    CatalogService,
    ClickSearch,
    ClicksService,
    ConversionSearch,
    ConversionsService,
    DecisionsService,
    InboundPostbacksService,
    JourneysService,
    OutboundPostbacksService,
    PostbackTestsService,
    PostbackTools,
    ReplaysService,
    People,
    ReportsService,
    Retention,
    Rotation,
    TrackerEvents,
    Webhooks,
  ],
})
export class TrackerModule extends ConfigurableModuleClass implements NestModule {
  constructor(
    private readonly bodyErrors: BodyErrors,
    private readonly bootChecks: BootChecks,
    private readonly globalGuards: GlobalGuards,
    private readonly trailingSlash: TrailingSlash,
    @Inject(TRACKER_EXTRAS) private readonly extras: TrackerModuleExtras,
  ) {
    super();
  }

  configure(_: MiddlewareConsumer): void {
    if (this.extras.controllers === false) return;
    this.bootChecks.requireOneWithRoutes();
    // Nest calls this after it has installed the body parsers and before it registers the routes.
    this.bodyErrors.install();
    this.globalGuards.install();
    this.trailingSlash.install();
  }
}
