import type { Product } from '../catalog.js';
import { type Html, html } from '../html.js';
import { toPrice } from '../money.js';

interface Summary {
  product: Product;
  size: string | undefined;
  quantity: number;
  goods: number;
  discount: number;
  total: number;
  coupon: string | undefined;
}

/** What is bought and what it costs, on the checkout and on the confirmation. */
export function summary({ product, size, quantity, goods, discount, total, coupon }: Summary): Html {
  return html`<div class="line">
  <img class="tile" src="/assets/${product.slug}.svg" alt="" width="96" height="72">
  <p><strong>${product.name}</strong><br>${size && html`Size ${size} · `}${quantity} × ${toPrice(product.cents)}</p>
</div>
<dl class="sums">
  <div><dt>Goods</dt><dd>${toPrice(goods)}</dd></div>
  ${discount > 0 && html`<div><dt>Code ${coupon?.toUpperCase()}</dt><dd>−${toPrice(discount)}</dd></div>`}
  <div><dt>Delivery</dt><dd>free</dd></div>
  <div class="total"><dt>Total</dt><dd>${toPrice(total)}</dd></div>
</dl>`;
}
