import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type InjectionToken,
  type Type,
  UseFilters,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { ApiKeysController } from './access/api-keys.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { AdvertiserSecretsController } from './catalog/advertiser-secrets.controller.js';
import { CATALOG_CONTROLLERS } from './catalog/catalog.controllers.js';
import { ClickCookieController } from './clicks/click-cookie.controller.js';
import { ClickStoryController } from './clicks/click-story.controller.js';
import { ClicksController } from './clicks/clicks.controller.js';
import { DirectClicksController } from './clicks/direct-clicks.controller.js';
import { CompatController } from './compat/compat.controller.js';
import { ConversionsController } from './conversions/conversions.controller.js';
import { HealthController } from './health/health.controller.js';
import { AdminGuard } from './http/admin.guard.js';
import { Problems } from './http/problems.filter.js';
import { registered } from './http/registered.js';
import { StorageErrors } from './http/storage-errors.filter.js';
import { markRoutes } from './http/trailing-slash.js';
import { JourneysController } from './journeys/journeys.controller.js';
import { LiveController } from './live/live.controller.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { describeRoutes } from './openapi/describe-routes.js';
import { OutboundPostbacksController } from './partner-postbacks/outbound-postbacks.controller.js';
import { PostbackToolsController } from './partner-postbacks/postback-tools.controller.js';
import { PixelController } from './pixel/pixel.controller.js';
import { BatchesController } from './postbacks/batches.controller.js';
import { InboundPostbacksController } from './postbacks/inbound-postbacks.controller.js';
import { PostbackTestsController } from './postbacks/postback-tests.controller.js';
import { PostbacksController } from './postbacks/postbacks.controller.js';
import { PeopleController } from './privacy/people.controller.js';
import { ReportsController } from './reports/reports.controller.js';
import { RotationController } from './rotation/rotation.controller.js';
import { openStorage } from './storage/storage.provider.js';
import { TrackerStorage } from './storage/tracker-storage.js';
import { checkedOptions } from './tracker.option-checks.js';
import { TRACKER_EXTRAS, TRACKER_OPTIONS, type TrackerModuleExtras, type TrackerOptions } from './tracker.options.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

export const PUBLIC = [
  ClicksController,
  DirectClicksController,
  ClickCookieController,
  BatchesController,
  PostbacksController,
  CompatController,
  PixelController,
  HealthController,
];
export const MANAGEMENT = [
  ReportsController,
  RotationController,
  InboundPostbacksController,
  OutboundPostbacksController,
  PostbackToolsController,
  PostbackTestsController,
  ConversionsController,
  ClickStoryController,
  JourneysController,
  AdvertiserSecretsController,
  PeopleController,
  ...CATALOG_CONTROLLERS,
  AuditController,
  ApiKeysController,
  WebhooksController,
  LiveController,
  MetricsController,
];

for (const controller of [...PUBLIC, ...MANAGEMENT]) UseFilters(StorageErrors)(controller);
for (const controller of MANAGEMENT) UseFilters(Problems)(controller);
markRoutes([...PUBLIC, ...MANAGEMENT]);
describeRoutes(PUBLIC, { management: false });
describeRoutes(MANAGEMENT, { management: true });

/** The controllers of one registration. */
function controllersOf({ controllers = true, decorators, guard = AdminGuard }: TrackerModuleExtras): Type[] {
  if (!controllers) return [];
  return [
    ...PUBLIC.map((controller) => registered(controller, { isPublic: true, decorators: decorators?.public })),
    ...MANAGEMENT.map((controller) => registered(controller, { guard, decorators: decorators?.management })),
  ];
}

/** What depends on the extras is added here, once for `forRoot` and `forRootAsync`. */
function withExtras(definition: DynamicModule, extras: TrackerModuleExtras): DynamicModule {
  return {
    ...definition,
    global: extras.isGlobal ?? false,
    imports: [
      ...(definition.imports ?? []),
      ...(extras.path ? [RouterModule.register([{ path: extras.path, module: definition.module }])] : []),
    ],
    controllers: controllersOf(extras),
    providers: [
      ...(definition.providers ?? []),
      { provide: TRACKER_EXTRAS, useValue: extras },
      {
        provide: TrackerStorage,
        useFactory: (options: TrackerOptions, hosted?: DataSource) =>
          openStorage(checkedOptions(options), hosted, extras.dataSourceName),
        inject: [TRACKER_OPTIONS, { token: hostDataSourceToken(extras.dataSourceName), optional: true }],
      },
    ],
  };
}

/** The token of `@nestjs/typeorm`'s data source, without depending on that package. */
function hostDataSourceToken(name = 'default'): InjectionToken {
  return name === 'default' ? DataSource : `${name}DataSource`;
}

export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<TrackerOptions>({
  moduleName: 'Tracker',
  optionsInjectionToken: TRACKER_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createTrackerOptions')
  .setExtras<TrackerModuleExtras>(
    // Every one is named here: Nest would hand those that are not to the options.
    {
      path: undefined,
      controllers: true,
      decorators: undefined,
      guard: undefined,
      globalGuards: 'management',
      dataSourceName: 'default',
      isGlobal: false,
    },
    withExtras,
  )
  .build();
