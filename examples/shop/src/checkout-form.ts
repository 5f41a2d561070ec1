import { parseClickId } from '@tallyback/sdk-node';
import { discount, findCoupon, findProduct, type Product } from './catalog.js';
import { createOrderId, isOrderId, type Order } from './order.js';

/** What a visitor has chosen and typed so far; the checkout page shows it, also when something in it is wrong. */
export interface CheckoutForm {
  order: string;
  product: Product;
  size: string | undefined;
  quantity: number;
  name: string;
  email: string;
  coupon: string;
  clickId: string | undefined;
}

/** One line for the visitor, beside the field it is about. */
export interface FormFault {
  field: 'name' | 'email' | 'coupon';
  message: string;
}

export const MAX_QUANTITY = 9;
const MAX_TEXT = 120;

/** Reads the form as it was sent; undefined when it is about no product of ours. */
export function readCheckoutForm(sent: URLSearchParams): CheckoutForm | undefined {
  const text = (name: string): string => (sent.get(name) ?? '').trim().slice(0, MAX_TEXT);
  const product = findProduct(text('product'));
  if (product === undefined) return undefined;
  const quantity = /^[1-9]$/.test(text('quantity')) ? Number(text('quantity')) : 1;
  // A click id comes from the visitor's browser like everything here: one that cannot be one is left out, so that the
  // sale is reported all the same, without a click.
  const clickId = parseClickId(text('clickid'));
  return {
    order: isOrderId(text('order')) ? text('order') : createOrderId(),
    product,
    size: product.sizes.find((size) => size === text('size')) ?? product.sizes[Math.floor(product.sizes.length / 2)],
    quantity: Math.min(quantity, MAX_QUANTITY),
    name: text('name'),
    email: text('email'),
    coupon: text('coupon'),
    clickId,
  };
}

/** Everything that keeps the form from being an order, all at once. */
export function findFormFaults(form: CheckoutForm): FormFault[] {
  const faults: FormFault[] = [];
  if (form.name === '') faults.push({ field: 'name', message: 'Tell us who the parcel is for.' });
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(form.email)) {
    faults.push({ field: 'email', message: 'Enter an e-mail address such as kari@example.com.' });
  }
  if (form.coupon !== '' && findCoupon(form.coupon) === undefined) {
    faults.push({ field: 'coupon', message: `We do not know the code “${form.coupon}”. Check it or leave it empty.` });
  }
  return faults;
}

/** What the form costs, in cents. */
export function priceOf(form: CheckoutForm): { goods: number; discount: number; total: number } {
  const goods = form.product.cents * form.quantity;
  const off = discount(goods, findCoupon(form.coupon));
  return { goods, discount: off, total: goods - off };
}

/** The order that a form without faults places. */
export function toOrder(form: CheckoutForm, now: Date): Order {
  const { discount: discountCents, total: totalCents } = priceOf(form);
  return {
    id: form.order,
    placedAt: now.toISOString(),
    product: form.product.slug,
    size: form.size,
    quantity: form.quantity,
    unitCents: form.product.cents,
    discountCents,
    totalCents,
    coupon: findCoupon(form.coupon),
    name: form.name,
    email: form.email,
    clickId: form.clickId,
  };
}
