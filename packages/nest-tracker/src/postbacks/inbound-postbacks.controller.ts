import { BadRequestException, Controller, Get, HttpCode, NotFoundException, Param, Post, Res } from '@nestjs/common';
import { type AccessScope, OpenTo, Scope, withinScope } from '../access/access-scope.js';
import { requestFor } from '../access/scoped-views.js';
import { Audit, namedFilters } from '../audit/audit.service.js';
import { ActingUser } from '../http/acting-user.js';
import { HttpReplier } from '../http/http-reply.js';
import { type HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { jsonReply } from '../http/problem-reply.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { BulkReplaysService, type ReplayCounts } from './bulk-replays.service.js';
import { type InboundPostbackItem, InboundPostbacksService } from './inbound-postbacks.service.js';
import { INBOUND_FILTERS } from './inbound-search.js';
import { intakeReply } from './intake-reply.js';
import { ReplaysService } from './replays.service.js';

/** The inbound log for people: what came in, what became of it, and why. */
@Controller('v1/postbacks/in')
export class InboundPostbacksController {
  constructor(
    private readonly postbacks: InboundPostbacksService,
    private readonly replays: ReplaysService,
    private readonly bulk: BulkReplaysService,
    private readonly audit: Audit,
    private readonly replier: HttpReplier,
  ) {}

  /**
   * Newest first; filters by `outcome`, `reason`, `status`, `step`, `sender`, `advertiser`, `campaign`, `clickId`,
   * `transactionId`, `deliveryId`, `conversionId`, `replayOf`, `from`, `to` and `q` (a text in path or query).
   */
  @Get()
  @OpenTo('advertiser')
  async list(
    @PublicRequest() request: HttpRequest,
    @Scope() scope: AccessScope | undefined,
  ): Promise<Page<InboundPostbackItem>> {
    const query = withinScope(readQuery(request), scope);
    const { items, next } = await this.postbacks.list(query, readPageRequest(query));
    return { items: items.map((item) => requestFor(scope, item)), next };
  }

  /** `GET /v1/postbacks/in/:id` */
  @Get(':id')
  @OpenTo('advertiser')
  async find(@Param('id') id: string, @Scope() scope: AccessScope | undefined): Promise<InboundPostbackItem> {
    const item = await this.postbacks.find(id.replaceAll('\0', ''));
    if (!item || (scope && item.advertiser !== scope.key))
      throw new NotFoundException('There is no request with this id in the inbound log.');
    return requestFor(scope, item);
  }

  /**
   * `POST /v1/postbacks/in/replay?reason=…`, body `{ "vouch"?: boolean }`: runs the refused requests that match the
   * filters again, oldest first, at most 1,000 a call; `cursor` goes on where the call before has ended.
   */
  @Post('replay')
  @HttpCode(200)
  async replayAll(@PublicRequest() request: HttpRequest, @ActingUser() actor: string): Promise<ReplayCounts> {
    const query = readQuery(request);
    const vouch = readVouch(request);
    const counts = await this.bulk.replayAll(query, readPageRequest(query), { vouch });
    const { replayed, outcomes } = counts;
    await this.audited(actor, '*', { filters: namedFilters(query, INBOUND_FILTERS), vouch, replayed, outcomes });
    return counts;
  }

  /**
   * `POST /v1/postbacks/in/:id/replay`, body `{ "vouch"?: boolean }`: runs the request again. Answered as the request
   * itself would be, and with the `id` of the new log row, `replayOf` and the `steps`.
   */
  @Post(':id/replay')
  async replay(
    @Param('id') id: string,
    @PublicRequest() request: HttpRequest,
    @ActingUser() actor: string,
    @Res() response: unknown,
  ): Promise<void> {
    const vouch = readVouch(request);
    const { result, logged } = await this.replays.replay(id.replaceAll('\0', ''), { vouch });
    const outcome = result.accepted ? result.outcome : result.refusal.reason;
    await this.audited(actor, id, { vouch, outcome, replay: logged?.id ?? null });
    const reply = intakeReply(result);
    const more = { id: logged?.id ?? null, replayOf: logged?.replayOf ?? id, steps: result.steps };
    const body = { ...(JSON.parse(reply.body ?? '{}') as object), ...more };
    this.replier.send(response, { ...jsonReply(reply.status, body), headers: { ...reply.headers } });
  }

  private audited(actor: string, key: string, after: Record<string, unknown>): Promise<void> {
    return this.audit.note({ actor, action: 'replayed', kind: 'postback_in', key, before: null, after });
  }
}

function readVouch(request: HttpRequest): boolean {
  const { vouch = false } = readJsonBody(request, ['vouch']);
  if (typeof vouch === 'boolean') return vouch;
  throw new BadRequestException('"vouch" must be true or false.');
}
