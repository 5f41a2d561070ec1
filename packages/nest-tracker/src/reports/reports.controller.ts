import { Readable } from 'node:stream';
import { BadRequestException, Controller, ForbiddenException, Get, HttpCode, Post, Res } from '@nestjs/common';
import { type AccessScope, OpenTo, Scope, withinScope } from '../access/access-scope.js';
import { hiddenFigures, reportFor } from '../access/scoped-views.js';
import { Audit } from '../audit/audit.service.js';
import { ActingUser } from '../http/acting-user.js';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { jsonReply } from '../http/problem-reply.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { readJsonBody } from '../http/read-json-body.js';
import { reportCsv } from './report-csv.js';
import { readReportQuery, readReportTime } from './report-query.js';
import { ReportsService } from './reports.service.js';

/** Reports for people. */
@Controller('v1/reports')
export class ReportsController {
  constructor(
    private readonly reports: ReportsService,
    private readonly audit: Audit,
    private readonly replier: HttpReplier,
  ) {}

  /** `GET /v1/reports?groupBy=campaign,day&from=…&to=…&timezone=…&filter[offer]=…&sort=-revenue&format=json|csv`. */
  @Get()
  @OpenTo('advertiser', 'partner')
  async report(
    @PublicRequest() request: HttpRequest,
    @Scope() scope: AccessScope | undefined,
    @Res() response: unknown,
  ): Promise<void> {
    const parameters = withinScope(readQuery(request), scope, `filter[${scope?.role}]`);
    const asked = readReportQuery(parameters);
    const hidden = hiddenFigures(scope);
    // The order would tell what the rows do not.
    if (hidden.includes(asked.sort?.field ?? ''))
      throw new ForbiddenException(`This key does not see "${asked.sort?.field}".`);
    const format = parameters.get('format') ?? 'json';
    if (format !== 'json' && format !== 'csv') throw new BadRequestException('"format" must be "json" or "csv".');
    const report = await this.reports.report(asked);
    if (format === 'json') return this.replier.send(response, jsonReply(200, reportFor(scope, report)));
    this.replier.send(response, {
      status: 200,
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="report.csv"',
        'cache-control': 'no-store',
      },
      stream: Readable.from(reportCsv(report.rows, asked.groupBy, hidden), { objectMode: false }),
    });
  }

  /** `{ from?, to?, verify? }`: compares rollups with rows, a UTC day at a time, and puts right what differs. */
  @Post('rebuild')
  @HttpCode(200)
  async rebuild(@PublicRequest() request: HttpRequest, @ActingUser() actor: string): Promise<object> {
    const { from, to, verify = false } = readJsonBody(request, ['from', 'to', 'verify']);
    if (typeof verify !== 'boolean') throw new BadRequestException('"verify" must be true or false.');
    const result = await this.reports.rebuild({ from: timeOf('from', from), to: timeOf('to', to), verify });
    const answer = { ...result, from: dayOf(result.from), to: dayOf(result.to) };
    if (!verify) {
      await this.audit.note({ actor, action: 'rebuilt', kind: 'rollups', key: '*', before: null, after: answer });
    }
    return answer;
  }
}

function timeOf(name: 'from' | 'to', value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  return readReportTime(name, typeof value === 'string' ? value : '', 'UTC');
}

function dayOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
