import { Controller, Get, HttpCode, NotFoundException, Param, Post } from '@nestjs/common';
import { type AccessScope, OpenTo, Scope, withinScope } from '../access/access-scope.js';
import { ActingUser } from '../http/acting-user.js';
import { type HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { type OutboundPostbackItem, OutboundPostbacksService } from './outbound-postbacks.service.js';

/** The outbound log for people: what partners were told, and what they answered. */
@Controller('v1/postbacks/out')
export class OutboundPostbacksController {
  constructor(private readonly postbacks: OutboundPostbacksService) {}

  /**
   * Newest first; filters by `state` (`pending`, `sending`, `delivered`, `dead`, `skipped`), `partner`, `campaign`,
   * `webhook`, `conversionId` (or `conversion`), `event`, `status`, `from`, `to`.
   */
  @Get()
  @OpenTo('partner')
  list(
    @PublicRequest() request: HttpRequest,
    @Scope() scope: AccessScope | undefined,
  ): Promise<Page<OutboundPostbackItem>> {
    const query = withinScope(readQuery(request), scope);
    return this.postbacks.list(query, readPageRequest(query));
  }

  /** `GET /v1/postbacks/out/:id` */
  @Get(':id')
  @OpenTo('partner')
  async find(@Param('id') id: string, @Scope() scope: AccessScope | undefined): Promise<OutboundPostbackItem> {
    const item = await this.postbacks.find(id.replaceAll('\0', ''));
    if (!item || (scope && item.partner !== scope.key))
      throw new NotFoundException('There is no postback with this id in the outbound log.');
    return item;
  }

  /** `POST /v1/postbacks/out/replay?partner=…`: tries what was given up and matches the filters again. */
  @Post('replay')
  @HttpCode(200)
  replayAll(
    @PublicRequest() request: HttpRequest,
    @ActingUser() actor: string,
  ): Promise<{ replayed: number; held: number; next: string | null }> {
    const query = readQuery(request);
    return this.postbacks.replayAll(query, readPageRequest(query), actor);
  }

  /**
   * `POST /v1/postbacks/out/:id/replay`: tries one again that was given up, or now that waits for its next attempt. `held` in
   * the answer says why it does not go out yet.
   */
  @Post(':id/replay')
  @HttpCode(200)
  replay(@Param('id') id: string, @ActingUser() actor: string): Promise<OutboundPostbackItem> {
    return this.postbacks.replay(id.replaceAll('\0', ''), actor);
  }
}
