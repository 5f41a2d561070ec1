import { createId } from '@tallyback/protocol';

/** Orders that advertisers report, each of a click that is stored and of a delivery of its own. */
export function orders(clicks) {
  let number = 0;
  const series = createId();
  return () => {
    number++;
    return { clickId: clicks.pick(), transactionId: `${series}-${number}`, deliveryId: `${series}_${number}` };
  };
}

/** The message that reports an order. */
export function messageOf({ clickId, transactionId }, now) {
  const data = { clickId, event: 'purchase', transactionId, revenue: '49.90', currency: 'EUR' };
  return { type: 'conversion.created', timestamp: new Date(now).toISOString(), data };
}

/** The inbound-log row of a request that brought it. */
export function logRowOf({ clickId, transactionId, deliveryId }, message, conversionId, now) {
  return {
    id: createId(now),
    receivedAt: now,
    method: 'POST',
    path: '/v1/conversions',
    body: JSON.stringify(message),
    contentType: 'application/json',
    whole: true,
    redacted: false,
    repeats: 0,
    advertiser: 'acme',
    clickId,
    transactionId,
    deliveryId,
    sender: 'signature',
    outcome: 'recorded',
    status: 201,
    step: 'store',
    steps: 'findDelivery findExisting findClick checkOffer checkWindow dedupeClick price checkCaps store',
    conversionId,
    ip: '203.0.113.0',
  };
}

/** All rows of a recorded conversion, for contenders that store them without deciding anything. */
export function rowsOf(order, { click, now }) {
  const message = messageOf(order, now);
  const conversionId = createId(now);
  const conversion = {
    id: conversionId,
    advertiserId: click.advertiserId,
    event: 'purchase',
    transactionId: order.transactionId,
    clickId: order.clickId,
    offerId: click.offerId,
    partnerId: click.partnerId,
    campaignId: click.campaignId,
    status: 'approved',
    revenue: 4990n,
    payout: 499n,
    payoutRule: { kind: 'percent', percent: '10' },
    currency: 'EUR',
    clickedAt: now,
    occurredAt: now,
    receivedAt: now,
    updatedAt: now,
  };
  const ledger = {
    id: createId(now),
    conversionId,
    at: now,
    actor: 'advertiser:acme',
    cause: 'conversion.created',
    deliveryId: order.deliveryId,
    newStatus: 'approved',
    revenueDelta: 4990n,
    payoutDelta: 499n,
    currency: 'EUR',
  };
  const delivery = {
    id: createId(now),
    advertiserId: click.advertiserId,
    deliveryId: order.deliveryId,
    conversionId,
    at: now,
  };
  return { conversion, ledger, delivery, logged: logRowOf(order, message, conversionId, now) };
}
