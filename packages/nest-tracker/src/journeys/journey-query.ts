import { BadRequestException } from '@nestjs/common';
import type { JourneyRequest } from './journey.js';

const MAX_CUSTOMER_ID = 128;
const MAX_DAYS = 3_650;
const MAX_LIMIT = 1_000;

/**
 * Reads the query of a journey.
 *
 * @throws BadRequestException naming the parameter and what it may be.
 */
export function readJourneyQuery(customerId: string, query: URLSearchParams): JourneyRequest {
  if (customerId === '' || customerId.length > MAX_CUSTOMER_ID || customerId.includes('\0')) {
    throw new BadRequestException(`A customer id has 1 to ${MAX_CUSTOMER_ID} characters.`);
  }
  return {
    customerId,
    advertiser: query.get('advertiser') ?? undefined,
    halfLifeDays: readNumber(query, 'halfLifeDays', /^\d{1,4}(\.\d{1,3})?$/, MAX_DAYS),
    lookbackDays: readNumber(query, 'lookbackDays', /^\d{1,4}(\.\d{1,3})?$/, MAX_DAYS),
    limit: readNumber(query, 'limit', /^\d{1,4}$/, MAX_LIMIT),
    cursor: query.get('cursor') ?? undefined,
  };
}

function readNumber(query: URLSearchParams, name: string, form: RegExp, most: number): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (form.test(value) && Number(value) > 0 && Number(value) <= most) return Number(value);
  throw new BadRequestException(`"${name}" must be a number above 0, up to ${most}.`);
}
