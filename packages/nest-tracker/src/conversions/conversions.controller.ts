import { Controller, Get } from '@nestjs/common';
import type { HttpRequest } from '../http/http-request.js';
import { type Page, readPageRequest } from '../http/page.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { type ConversionItem, ConversionSearch } from './conversion-search.service.js';

/** Conversions for people. */
@Controller('v1/conversions')
export class ConversionsController {
  constructor(private readonly conversions: ConversionSearch) {}

  /** Newest first; filters by `advertiser`, `campaign`, `offer`, `partner`, `event`, `status`, `clickId`, `transactionId`. */
  @Get()
  list(@PublicRequest() request: HttpRequest): Promise<Page<ConversionItem>> {
    const query = readQuery(request);
    return this.conversions.list(query, readPageRequest(query));
  }
}
