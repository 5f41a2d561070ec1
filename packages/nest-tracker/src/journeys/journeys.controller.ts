import { Controller, Get, Param } from '@nestjs/common';
import type { HttpRequest } from '../http/http-request.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import type { Journey } from './journey.js';
import { readJourneyQuery } from './journey-query.js';
import { JourneysService } from './journeys.service.js';

/** Customers' ways over channels. */
@Controller('v1/customers')
export class JourneysController {
  constructor(private readonly journeys: JourneysService) {}

  /**
   * Touches and conversions of a customer, oldest first, with credit by model; `?advertiser=` says whose customer it is,
   * `halfLifeDays` (7) and `lookbackDays` (90) what touches weigh.
   */
  @Get(':customerId/journey')
  journey(@Param('customerId') customerId: string, @PublicRequest() request: HttpRequest): Promise<Journey> {
    return this.answer(customerId, readQuery(request));
  }

  /** The same with `?customerId=`: Fastify takes no more than 100 characters for a part of a path. */
  @Get('journey')
  named(@PublicRequest() request: HttpRequest): Promise<Journey> {
    const query = readQuery(request);
    return this.answer(query.get('customerId') ?? '', query);
  }

  private answer(customerId: string, query: URLSearchParams): Promise<Journey> {
    return this.journeys.journey(readJourneyQuery(customerId, query));
  }
}
