import { Controller, Get } from '@nestjs/common';
import { type HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { type InboundPostbackItem, InboundPostbacksService } from './inbound-postbacks.service.js';

/** The inbound log for people: what came in, what became of it, and why. */
@Controller('v1/postbacks/in')
export class InboundPostbacksController {
  constructor(private readonly postbacks: InboundPostbacksService) {}

  /** Newest first; filters by `outcome`, `reason`, `advertiser`, `campaign`, `clickId`, `transactionId`, `deliveryId`. */
  @Get()
  list(@PublicRequest() request: HttpRequest): Promise<Page<InboundPostbackItem>> {
    const query = readQuery(request);
    return this.postbacks.list(query, readPageRequest(query));
  }
}
