import { Controller, Get, Res } from '@nestjs/common';
import { HttpReplier } from '../http/http-reply.js';
import { Metrics } from './metrics.service.js';

/** What a Prometheus server scrapes. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly replier: HttpReplier,
  ) {}

  @Get()
  async scrape(@Res() response: unknown): Promise<void> {
    const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' };
    this.replier.send(response, { status: 200, headers, body: await this.metrics.text() });
  }
}
