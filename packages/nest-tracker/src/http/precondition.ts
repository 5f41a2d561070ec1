import { HttpException, PreconditionFailedException } from '@nestjs/common';
import { type HttpRequest, header } from './http-request.js';

const PRECONDITION_REQUIRED = 428;

/**
 * Requires that whoever changes something has seen it as it is: `If-Match` with its `ETag`, or `*` for "whatever it is".
 *
 * @throws HttpException 428 without the header (RFC 6585), PreconditionFailedException when it has changed since.
 */
export function requireMatch(request: HttpRequest, etag: string): void {
  const given = header(request, 'if-match');
  if (given === undefined) {
    const detail = 'Send the header If-Match with the ETag of what you have read, so that no change is lost.';
    throw new HttpException(detail, PRECONDITION_REQUIRED);
  }
  const tags = given.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(etag)) return;
  throw new PreconditionFailedException('It has been changed since you read it. Read it again and repeat your change.');
}
