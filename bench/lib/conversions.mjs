import { createId } from '@tallyback/protocol';

/**
 * Conversions as a shop reports them, each of an order of its own.
 *
 * @param {string} [series] keeps the orders of one process apart from those of another on the same queue
 */
export function conversions(series = 'A') {
  let order = 0;
  return () => ({
    clickId: createId(),
    event: 'purchase',
    transactionId: `${series}-${++order}`,
    revenue: '49.90',
    currency: 'EUR',
  });
}
