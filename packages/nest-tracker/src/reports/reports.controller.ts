import { BadRequestException, Controller, ForbiddenException, Get, Res } from '@nestjs/common';
import { type AccessScope, OpenTo, Scope, withinScope } from '../access/access-scope.js';
import { hiddenFigures, reportFor } from '../access/scoped-views.js';
import { HttpReplier } from '../http/http-reply.js';
import type { HttpRequest } from '../http/http-request.js';
import { jsonReply } from '../http/problem-reply.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { reportCsv } from './report-csv.js';
import { readReportQuery } from './report-query.js';
import { ReportsService } from './reports.service.js';

/** Reports for people. */
@Controller('v1/reports')
export class ReportsController {
  constructor(
    private readonly reports: ReportsService,
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
      body: reportCsv(report.rows, asked.groupBy, hidden),
    });
  }
}
