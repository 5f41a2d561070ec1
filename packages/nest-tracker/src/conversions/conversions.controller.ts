import { Controller, Get, Param, Post, Res } from '@nestjs/common';
import { parseClickId } from '@tallyback/protocol';
import { ActingUser } from '../http/acting-user.js';
import { HttpReplier, type HttpReply } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { jsonReply, problemReply } from '../http/problem-reply.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { type ConversionItem, ConversionSearch } from './conversion-search.service.js';
import type { DecisionResult } from './decision-job.js';
import { DecisionsService } from './decisions.service.js';
import { readDecision } from './manual-decision.js';
import { outcomeBody } from './outcome-body.js';

/** Conversions for people. */
@Controller('v1/conversions')
export class ConversionsController {
  constructor(
    private readonly conversions: ConversionSearch,
    private readonly decisions: DecisionsService,
    private readonly replier: HttpReplier,
  ) {}

  /** Newest first; filters by `advertiser`, `campaign`, `offer`, `partner`, `event`, `status`, `clickId`, `transactionId`. */
  @Get()
  list(@PublicRequest() request: HttpRequest): Promise<Page<ConversionItem>> {
    const query = readQuery(request);
    return this.conversions.list(query, readPageRequest(query));
  }

  /** `{ status?, revenue?, currency?, reason? }`: a decision by hand; answers the conversion as it stands then. */
  @Post(':id/status')
  async decide(
    @Param('id') id: string,
    @PublicRequest() request: HttpRequest,
    @ActingUser() actor: string,
    @Res() response: unknown,
  ): Promise<void> {
    const decision = readDecision(readJsonBody(request, ['status', 'revenue', 'currency', 'reason']));
    const result = await this.decisions.decide(parseClickId(id) ?? '', decision, actor);
    this.replier.send(response, replyTo(result));
  }
}

function replyTo(result: DecisionResult | null): HttpReply {
  if (!result) {
    const detail = 'There is no conversion with this id.';
    const body = { type: 'about:blank', title: 'Not Found', status: 404, detail };
    return jsonReply(404, body, { 'content-type': 'application/problem+json' });
  }
  return result.accepted
    ? jsonReply(200, outcomeBody(result.outcome, result.conversion))
    : problemReply(result.refusal);
}
