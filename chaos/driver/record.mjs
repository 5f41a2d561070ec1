/** What the driver has seen itself: the truth that everybody else's books are held against. */
export class Record {
  /** Every order that anybody has tried to place, by transaction id. */
  orders = new Map();
  /** Every click that was answered with a redirect, by its id. */
  clicks = new Map();
  takenCount = 0;
  /** Orders and updates that the shop had to put off because its disk was full. */
  putOffCount = 0;
  /** Receipts that contradict an earlier one of the same order. */
  contradictions = [];

  planned(order) {
    this.orders.set(order.tx, order);
  }

  redirected(clickId, click) {
    if (this.clicks.has(clickId)) this.contradictions.push([click.tx, `two clicks have the id ${clickId}`]);
    this.clicks.set(clickId, click);
  }

  /** A page was told the id of its click. @param earlier what it was told before */
  told(clickId, click, earlier) {
    if (earlier !== undefined && earlier !== clickId) {
      this.contradictions.push([click.tx, `one page has the clicks ${earlier} and ${clickId}`]);
    }
    this.clicks.set(clickId, click);
  }

  taken(order, receipts) {
    order.taken = true;
    order.receiptId = receipts[0].id;
    this.takenCount += 1;
    const ids = new Set(receipts.map(({ id }) => id));
    if (ids.size > 1) this.contradictions.push([order.tx, `one order has several receipts: ${[...ids].join(', ')}`]);
  }

  updated(order) {
    order.updatesTaken += 1;
  }
}
