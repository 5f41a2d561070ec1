import type { Product } from '../catalog.js';
import { type Html, html } from '../html.js';
import { toPrice } from '../money.js';

/** A product in a list: the whole card leads to its page. */
export function productCard({ slug, name, cents, summary }: Product): Html {
  return html`<li class="card">
  <img class="tile" src="/assets/${slug}.svg" alt="" width="320" height="240">
  <h3><a href="/products/${slug}">${name}</a></h3>
  <p>${summary}</p>
  <p class="price">${toPrice(cents)}</p>
</li>`;
}
