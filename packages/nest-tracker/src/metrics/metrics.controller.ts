import { Controller, Get, Res } from '@nestjs/common';
import { HttpReplier } from '../http/http-reply.js';
import { type HttpRequest, header } from '../http/http-request.js';
import { PublicRequest } from '../http/public-request.js';
import { Metrics } from './metrics.service.js';

/** Half of what a Prometheus server gives a scrape that does not say. */
const PATIENCE_MS = 5_000;

/** What a Prometheus server scrapes. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly replier: HttpReplier,
  ) {}

  @Get()
  async scrape(@PublicRequest() request: HttpRequest, @Res() response: unknown): Promise<void> {
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' };
    const body = await this.metrics.text(patienceOf(request));
    this.replier.send(response, { status: 200, headers, body });
  }
}

/** Half of the time that a Prometheus server says it gives the scrape; the database itself gives up within half a minute. */
function patienceOf(request: HttpRequest): number {
  const seconds = Number(header(request, 'x-prometheus-scrape-timeout-seconds'));
  return seconds > 0 ? Math.min(seconds * 500, 30_000) : PATIENCE_MS;
}
