import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type HttpRequest, readHttpRequest } from './http-request.js';

/**
 * The request as the tracker reads it. A custom decorator rather than `@Query()` and `@Body()`, because the host's
 * global pipes skip those: networks append parameters of their own, which a strict ValidationPipe would refuse.
 */
export const PublicRequest = createParamDecorator(
  (_: unknown, context: ExecutionContext): HttpRequest => readHttpRequest(context.switchToHttp().getRequest()),
);
