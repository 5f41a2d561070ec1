import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { parseClickId } from '@tallyback/protocol';
import { type AccessScope, OpenTo, Scope, withinScope } from '../access/access-scope.js';
import { clickFor, requireSeenFilters } from '../access/scoped-views.js';
import type { HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { ClickSearch } from './click-search.service.js';

/** Clicks for people. */
@Controller('v1/clicks')
export class ClickStoryController {
  constructor(private readonly clicks: ClickSearch) {}

  /**
   * Newest first; filters by `advertiser`, `campaign`, `offer`, `partner`, `kind`, `channel`, `externalId`, `customerId`,
   * `from`, `to`.
   */
  @Get()
  @OpenTo('advertiser', 'partner')
  async list(@PublicRequest() request: HttpRequest, @Scope() scope: AccessScope | undefined): Promise<Page<object>> {
    const query = withinScope(readQuery(request), scope);
    requireSeenFilters(scope, query);
    const { items, next } = await this.clicks.list(query, readPageRequest(query));
    return { items: items.map((item) => clickFor(scope, item)), next };
  }

  /** `GET /v1/clicks/:id`: the click as it was recorded, with catalog keys. */
  @Get(':id')
  @OpenTo('advertiser', 'partner')
  async find(@Param('id') given: string, @Scope() scope: AccessScope | undefined): Promise<object> {
    const id = parseClickId(given);
    const click = id === undefined ? null : await this.clicks.find(id);
    if (!click || (scope && click[scope.role] !== scope.key)) {
      throw new NotFoundException('There is no click with this id.');
    }
    return clickFor(scope, click);
  }
}
