import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { parseClickId, toMoneyJson } from '@tallyback/protocol';
import { type AccessScope, OpenTo, Scope } from '../access/access-scope.js';
import { clickFor } from '../access/scoped-views.js';
import { CatalogService } from '../catalog/catalog.service.js';
import type { Click } from './click.entity.js';
import { ClicksService } from './clicks.service.js';

/** One click for people. */
@Controller('v1/clicks')
export class ClickStoryController {
  constructor(
    private readonly clicks: ClicksService,
    private readonly catalog: CatalogService,
  ) {}

  /** `GET /v1/clicks/:id`: the click as it was recorded, with catalog keys. */
  @Get(':id')
  @OpenTo('advertiser', 'partner')
  async find(@Param('id') given: string, @Scope() scope: AccessScope | undefined): Promise<object> {
    const id = parseClickId(given);
    const click = id === undefined ? null : await this.clicks.find(id);
    const catalog = await this.catalog.snapshot();
    const isTheirs = click && (!scope || catalog.keysOf(click)[scope.role] === scope.key);
    if (!isTheirs) throw new NotFoundException('There is no click with this id.');
    const { campaignId, offerId, partnerId, advertiserId, visitor: _, at, cost, ...rest } = click satisfies Click;
    return clickFor(scope, {
      ...rest,
      at: new Date(at).toISOString(),
      cost: cost === null ? null : toMoneyJson({ minor: cost, currency: click.currency }),
      ...catalog.keysOf({ advertiserId, campaignId, offerId, partnerId }),
    });
  }
}
