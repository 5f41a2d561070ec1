import { findProduct, PRODUCTS } from './catalog.js';
import { findFormFaults, readCheckoutForm, toOrder } from './checkout-form.js';
import type { OrderBook } from './order-book.js';
import type { Addresses } from './pages/addresses.js';
import { checkoutPage } from './pages/checkout.js';
import { homePage } from './pages/home.js';
import { landingPage } from './pages/landing.js';
import { notFoundPage } from './pages/not-found.js';
import { orderPage } from './pages/order.js';
import { productPage } from './pages/product.js';
import { page, plain, type Reply, seeOther } from './reply.js';
import type { Sales } from './sales.js';

const LINKED_FIELDS: ReadonlySet<string> = new Set(['product', 'size', 'quantity', 'coupon']);

/** What a visitor can do in the shop, without any HTTP: paths and forms in, replies out. */
export class Shop {
  constructor(
    private readonly orders: OrderBook,
    private readonly sales: Sales,
    private readonly files: ReadonlyMap<string, Reply>,
    private readonly addresses: Addresses = {},
    private readonly now: () => Date = () => new Date(),
  ) {}

  get(path: string, query: URLSearchParams): Reply {
    const file = this.files.get(path);
    if (file !== undefined) return file;
    const [room, name, ...rest] = path.slice(1).split('/');
    if (rest.length > 0) return this.#notFound();
    if (path === '/') return page(homePage(PRODUCTS, this.addresses));
    if (path === '/land') return page(landingPage(PRODUCTS, this.addresses));
    if (path === '/health') return plain(200, 'ok');
    if (path === '/checkout') return this.#showCheckout(query);
    if (room === 'products') return this.#showProduct(name);
    if (room === 'orders') return this.#showOrder(name);
    return this.#notFound();
  }

  async post(path: string, form: URLSearchParams): Promise<Reply> {
    if (path === '/checkout') return this.#placeOrder(form);
    const [, id] = /^\/orders\/([^/]+)\/return$/.exec(path) ?? [];
    return id === undefined ? this.#notFound() : this.#returnOrder(id);
  }

  #showProduct(slug: string | undefined): Reply {
    const product = findProduct(slug);
    return product === undefined ? this.#notFound() : page(productPage(product, this.addresses));
  }

  #showCheckout(query: URLSearchParams): Reply {
    // Only what a link may choose: with an order number of its own, whoever made the link could look the order up later.
    const chosen = [...query].filter(([name]) => LINKED_FIELDS.has(name));
    const form = readCheckoutForm(new URLSearchParams(chosen));
    return form === undefined ? this.#notFound() : page(checkoutPage(form, [], this.addresses));
  }

  #showOrder(id: string | undefined): Reply {
    const order = id === undefined ? undefined : this.orders.find(id);
    const product = findProduct(order?.product);
    return order === undefined || product === undefined
      ? this.#notFound()
      : page(orderPage(order, product, this.addresses));
  }

  async #placeOrder(sent: URLSearchParams): Promise<Reply> {
    const form = readCheckoutForm(sent);
    if (form === undefined) return this.#notFound();
    const faults = findFormFaults(form);
    if (faults.length > 0) return page(checkoutPage(form, faults, this.addresses), 422);

    const order = toOrder(form, this.now());
    const { placed } = await this.orders.place(order);
    // The confirmation waits until the conversion is in the SDK's queue on disk: milliseconds, no network.
    if (placed) await this.sales.report(order);
    return seeOther(`/orders/${order.id}`);
  }

  async #returnOrder(id: string): Promise<Reply> {
    const order = this.orders.find(id);
    if (order === undefined) return this.#notFound();
    if (!order.returned) {
      await this.orders.mark(id, 'returned');
      await this.sales.reportReturn(order);
    }
    return seeOther(`/orders/${id}`);
  }

  #notFound(): Reply {
    return page(notFoundPage(this.addresses), 404);
  }
}
