import { BadRequestException, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type HttpRequest, readHttpRequest } from './http-request.js';

/**
 * The query of a management request.
 *
 * @throws BadRequestException for a NUL character, which PostgreSQL cannot compare with.
 */
export function readQuery(request: HttpRequest): URLSearchParams {
  const query = new URLSearchParams(request.query);
  for (const [name, value] of query) {
    if (`${name}${value}`.includes('\0'))
      throw new BadRequestException('The query has a NUL character (%00); leave it out.');
  }
  return query;
}

/**
 * The request as the tracker reads it. A custom decorator rather than `@Query()` and `@Body()`, because the host's
 * global pipes skip those: networks append parameters of their own, which a strict ValidationPipe would refuse.
 */
export const PublicRequest = createParamDecorator(
  (_: unknown, context: ExecutionContext): HttpRequest => readHttpRequest(context.switchToHttp().getRequest()),
);
