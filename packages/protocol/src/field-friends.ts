import { nearest } from './nearest.js';

// What senders coming from other systems call our fields.
const friends: ReadonlySet<string> = new Set(
  Object.entries({
    clickId: 'cid subid requestid externalid',
    transactionId: 'orderid txid tid id transaction order leadid',
    revenue: 'amount sum total value price saleamount',
    occurredAt: 'time date timestamp createdat convertedat eventtime',
    couponCode: 'coupon promocode promo voucher discountcode',
    customerId: 'customer userid user externalcustomerid',
    event: 'eventname eventtype type goal et',
    payout: 'commission',
    metadata: 'meta custom extra properties',
    items: 'products lineitems contents',
    quantity: 'qty count amount',
    unitPrice: 'price',
    sku: 'id productid itemid',
  }).flatMap(([ours, theirs]) => theirs.split(' ').map((name) => `${ours} ${name}`)),
);

/** The field of `known` that the sender of an unknown one most likely meant. */
export function suggestField(name: string, known: readonly string[]): string | undefined {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return nearest(name, known) ?? known.find((field) => friends.has(`${field} ${plain}`));
}
