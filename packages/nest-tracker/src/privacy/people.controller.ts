import { BadRequestException, Controller, Delete, Param } from '@nestjs/common';
import { parseClickId } from '@tallyback/protocol';
import { ActingUser } from '../http/acting-user.js';
import type { HttpRequest } from '../http/http-request.js';
import { PublicRequest, readQuery } from '../http/public-request.js';
import { type Erased, People } from './people.service.js';

const MAX_CUSTOMER_ID = 128;

/** Erasure of people, as the law wants it: what identifies them goes, what is owed stays. */
@Controller('v1/people')
export class PeopleController {
  constructor(private readonly people: People) {}

  /** The visitor behind a click. */
  @Delete('by-click/:clickId')
  eraseClick(@Param('clickId') given: string, @ActingUser() actor: string): Promise<Erased> {
    const clickId = parseClickId(given);
    if (clickId === undefined) throw new BadRequestException('This is not a click id.');
    return this.people.eraseClick(clickId, actor);
  }

  /** A customer; `?advertiser=` says whose. */
  @Delete(':customerId')
  eraseCustomer(
    @Param('customerId') customerId: string,
    @PublicRequest() request: HttpRequest,
    @ActingUser() actor: string,
  ): Promise<Erased> {
    return this.erase(customerId, readQuery(request), actor);
  }

  /** The same with `?customerId=`: Fastify takes no more than 100 characters for a part of a path. */
  @Delete()
  eraseNamed(@PublicRequest() request: HttpRequest, @ActingUser() actor: string): Promise<Erased> {
    const query = readQuery(request);
    return this.erase(query.get('customerId') ?? '', query, actor);
  }

  private erase(customerId: string, query: URLSearchParams, actor: string): Promise<Erased> {
    if (customerId === '' || customerId.length > MAX_CUSTOMER_ID || customerId.includes('\0')) {
      throw new BadRequestException(`A customer id has 1 to ${MAX_CUSTOMER_ID} characters.`);
    }
    return this.people.eraseCustomer(customerId, {
      actor,
      advertiser: query.get('advertiser') ?? undefined,
    });
  }
}
