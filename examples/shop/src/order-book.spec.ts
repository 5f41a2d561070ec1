import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createOrderId, type Order } from './order.js';
import { OrderBook } from './order-book.js';

function order(id = createOrderId()): Order {
  return {
    id,
    placedAt: '2026-05-01T08:00:00.000Z',
    product: 'tarn-daypack',
    quantity: 1,
    unitCents: 11_990,
    discountCents: 0,
    totalCents: 11_990,
    name: 'Kari Nordmann',
    email: 'kari@example.com',
  };
}

describe('OrderBook', () => {
  let folder: string;
  let path: string;
  const open: OrderBook[] = [];

  const openBook = async (): Promise<OrderBook> => {
    const book = await OrderBook.open(path);
    open.push(book);
    return book;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shop-orders-'));
    path = join(folder, 'deep', 'orders.jsonl');
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((book) => book.close()));
    await rm(folder, { recursive: true });
  });

  it('has orders and their changes again after a restart', async () => {
    const placed = order();
    const book = await openBook();
    await book.place(placed);
    await book.mark(placed.id, 'saleReported');

    const again = await openBook();
    expect(again.find(placed.id)).toEqual({
      ...placed,
      saleReported: true,
      returned: false,
      returnReported: false,
    });
  });

  it('places an order once, however often its form is sent', async () => {
    const book = await openBook();
    const placed = order();
    const answers = await Promise.all([book.place(placed), book.place(placed), book.place(placed)]);
    expect(answers.map((answer) => answer.placed)).toEqual([true, false, false]);
    expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(1);
  });

  it('writes concurrent orders as whole lines', async () => {
    const book = await openBook();
    const orders = Array.from({ length: 50 }, () => order());
    await Promise.all(orders.map((each) => book.place(each)));
    expect((await openBook()).list().map(({ id }) => id)).toEqual(orders.map(({ id }) => id));
  });

  it('leaves out a line that a power cut has torn, and spoils no later one', async () => {
    const [first, second] = [order(), order()];
    await (await openBook()).place(first);
    await appendFile(path, '{"placed":{"id":"FF-TORN');
    await (await openBook()).place(second);
    expect((await openBook()).list().map(({ id }) => id)).toEqual([first.id, second.id]);
  });
});
