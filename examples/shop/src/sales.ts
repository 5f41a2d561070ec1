import type { Tallyback } from '@tallyback/sdk-node';
import { CURRENCY, toDecimal } from './money.js';
import type { Order } from './order.js';
import type { OrderBook } from './order-book.js';

/** Reports sales and returns to the tracker, by way of the SDK's queue. */
export class Sales {
  constructor(
    private readonly tallyback: Pick<Tallyback, 'convert' | 'update'>,
    private readonly orders: OrderBook,
    private readonly log: (line: string) => void,
  ) {}

  /**
   * Hands a sale to the SDK and resolves when it is on disk there. Never rejects: an order stands whether or not it
   * could be reported, and {@link reportMissing} makes up for it.
   */
  async report(order: Order): Promise<void> {
    await this.#try(`sale ${order.id}`, async () => {
      const receipt = await this.tallyback.convert({
        clickId: order.clickId,
        event: 'purchase',
        transactionId: order.id,
        revenue: toDecimal(order.totalCents),
        currency: CURRENCY,
        // Paid for, so nobody has to approve it; and only what is approved can be refunded later.
        status: 'approved',
        occurredAt: order.placedAt,
        couponCode: order.coupon,
        items: [{ sku: order.product, quantity: order.quantity, unitPrice: toDecimal(order.unitCents) }],
      });
      await this.orders.mark(order.id, 'saleReported');
      const click = order.clickId ?? 'none';
      this.log(`sale ${order.id}: ${toDecimal(order.totalCents)} ${CURRENCY}, click ${click}, queued as ${receipt.id}`);
    });
  }

  /** Hands a refund to the SDK, like {@link report}. */
  async reportReturn(order: Order): Promise<void> {
    await this.#try(`return ${order.id}`, async () => {
      await this.tallyback.update({ transactionId: order.id, event: 'purchase', status: 'refunded' });
      await this.orders.mark(order.id, 'returnReported');
      this.log(`return ${order.id}: queued`);
    });
  }

  /**
   * Reports what the last run could not: a process can die between taking an order and handing it over. Reporting twice
   * is harmless, since the order number is the transaction id and counts once.
   */
  async reportMissing(): Promise<void> {
    for (const order of this.orders.list()) {
      if (!order.saleReported) await this.report(order);
      if (order.returned && !order.returnReported) await this.reportReturn(order);
    }
  }

  async #try(what: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.log(`${what} is not reported yet: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
