import { PARAMETER_ID, parseClickId } from '@tallyback/protocol';
import type { HttpRequest } from '../http/http-request.js';
import type { Facts } from './arrival.js';
import { readPostbackParameters } from './postback-parameters.js';

/** What the URL of a request that was refused unread names, so that its log row can be found by it. */
export function queryFacts(request: HttpRequest): Facts {
  if (request.query === '') return {};
  const query = new URLSearchParams(request.query);
  const { clickId, transactionId, advertiser } = readPostbackParameters([...query]).values;
  return {
    advertiser,
    clickId: clickId && (parseClickId(clickId) ?? clickId),
    transactionId,
    deliveryId: query.get(PARAMETER_ID) ?? undefined,
  };
}
