import { BadRequestException, Controller, Get, Param, Post, Res } from '@nestjs/common';
import { parseClickId } from '@tallyback/protocol';
import { type AccessScope, OpenTo, Scope, withinScope } from '../access/access-scope.js';
import { conversionFor } from '../access/scoped-views.js';
import { ActingUser } from '../http/acting-user.js';
import { HttpReplier, type HttpReply } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { readPageRequest } from '../http/page.js';
import { jsonReply, problemReply, type Refusal } from '../http/problem-reply.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { ConversionExport, EXPORT_FORMATS, type ExportFormat } from './conversion-export.service.js';
import { ConversionSearch } from './conversion-search.service.js';
import type { DecisionResult } from './decision-job.js';
import { DecisionsService } from './decisions.service.js';
import { readDecision } from './manual-decision.js';
import { outcomeBody } from './outcome-body.js';

/** Conversions for people. */
@Controller('v1/conversions')
export class ConversionsController {
  constructor(
    private readonly conversions: ConversionSearch,
    private readonly exports: ConversionExport,
    private readonly decisions: DecisionsService,
    private readonly replier: HttpReplier,
  ) {}

  /**
   * Newest first; filters by `advertiser`, `campaign`, `offer`, `partner`, `event`, `status`, `clickId`, `transactionId`,
   * `conversionId`, `from`, `to` (time of arrival). `format=csv|ndjson` writes out all of them instead of a page.
   */
  @Get()
  @OpenTo('advertiser', 'partner')
  async list(
    @PublicRequest() request: HttpRequest,
    @Scope() scope: AccessScope | undefined,
    @Res() response: unknown,
  ): Promise<void> {
    const query = withinScope(readQuery(request), scope);
    const format = readFormat(query);
    if (format === 'json') {
      const { items, next } = await this.conversions.list(query, readPageRequest(query));
      const seen = items.map((item) => conversionFor(scope, item));
      return this.replier.send(response, jsonReply(200, { items: seen, next }));
    }
    this.replier.send(response, {
      status: 200,
      headers: {
        'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
        'content-disposition': `attachment; filename="conversions.${format}"`,
        'cache-control': 'no-store',
      },
      stream: await this.exports.stream(query, format, scope),
    });
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
    : problemReply(inDecision(result.refusal));
}

/** A decision has its fields at the top, not below the `data` of a message. */
function inDecision({ field, ...refusal }: Refusal): Refusal {
  return { ...refusal, ...(field !== undefined && { field: field.replace(/^data\./, '') }) };
}

function readFormat(query: URLSearchParams): 'json' | ExportFormat {
  const given = query.get('format') ?? 'json';
  const format = (['json', ...EXPORT_FORMATS] as const).find((known) => known === given);
  if (format === undefined) throw new BadRequestException('"format" must be "json", "csv" or "ndjson".');
  if (format !== 'json' && (query.has('limit') || query.has('cursor'))) {
    throw new BadRequestException('An export has no pages: leave "limit" and "cursor" out, or narrow "from" and "to".');
  }
  return format;
}
