import type { Product } from '../catalog.js';
import { type Html, html } from '../html.js';
import type { Order } from '../order.js';
import type { OrderState } from '../order-book.js';
import type { Addresses } from './addresses.js';
import { layout } from './layout.js';
import { summary } from './summary.js';

/** The confirmation, and later the place to send the order back. */
export function orderPage(order: Order & OrderState, product: Product, addresses: Addresses): Html {
  const { id, size, quantity, discountCents: discount, totalCents: total, coupon } = order;
  return layout(
    order.returned ? 'Return registered' : 'Thank you',
    html`<div class="checkout wrap">
  <div>
    <h1>${order.returned ? 'Return registered' : `Thank you, ${order.name}`}</h1>
    ${order.returned ? returned(order) : placed(order)}
    <dl class="facts">
      <div><dt>Order number</dt><dd><span class="code" data-order="${id}">${id}</span></dd></div>
      <div><dt>Placed</dt><dd><time datetime="${order.placedAt}">${toDate(order.placedAt)}</time></dd></div>
    </dl>
    ${!order.returned && returnForm(id)}
  </div>
  <aside aria-labelledby="summary">
    <h2 id="summary">Your order</h2>
    ${summary({ product, size, quantity, goods: total + discount, discount, total, coupon })}
  </aside>
</div>`,
    addresses,
  );
}

function placed({ email }: Order): Html {
  return html`<p>Your order is in. We would write to <strong>${email}</strong> now, if this were not an example shop.</p>`;
}

function returned({ email }: Order): Html {
  return html`<p role="status">We have taken your order back and would tell <strong>${email}</strong> when the money is on
    its way.</p>`;
}

function returnForm(id: string): Html {
  return html`<form class="return" action="/orders/${id}/return" method="post">
      <p>Not what you hoped for?</p>
      <button class="button quiet" type="submit">Send it back</button>
    </form>`;
}

function toDate(placedAt: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(new Date(placedAt))} UTC`;
}
