import { HEADER_ADVERTISER, HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP } from '@tallyback/protocol';
import type { HttpRequest } from '../http/http-request.js';
import type { InboundPostback } from './inbound-postback.entity.js';
import { restoreSignature } from './redact.js';

/**
 * The request that a log row is of, as far as the log has it: with its signature if that proved nothing yet, without
 * other secrets.
 *
 * @param wholeAddress Whether the row's address is the sender's own and not its truncated form.
 */
export function storedRequest(row: InboundPostback, wholeAddress: boolean): HttpRequest {
  const query = row.query ?? '';
  const headers = {
    'content-type': row.contentType,
    'user-agent': row.userAgent,
    // A pixel's click may have been known by a cookie alone; in the form that sdk-browser writes it is known again.
    cookie: row.clickId && `_clk=id=${row.clickId}`,
    [HEADER_ADVERTISER]: row.advertiser,
    [HEADER_ID]: row.deliveryId,
    [HEADER_TIMESTAMP]: row.signedAt,
    [HEADER_SIGNATURE]: row.signature,
  };
  return {
    method: row.method,
    path: row.path,
    query: row.signature === null ? query : restoreSignature(query, row.signature),
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null)) as Record<
      string,
      string
    >,
    ip: wholeAddress ? (row.ip ?? undefined) : undefined,
    secure: false,
    rawBody: row.body === null ? undefined : Buffer.from(row.body, 'utf8'),
  };
}
