import type { Product } from '../catalog.js';
import { MAX_QUANTITY } from '../checkout-form.js';
import { type Html, html } from '../html.js';
import { toPrice } from '../money.js';
import type { Addresses } from './addresses.js';
import { layout } from './layout.js';

/** One product with the form that leads to the checkout. */
export function productPage(product: Product, addresses: Addresses): Html {
  const { slug, name, kind, cents, summary, details, sizes } = product;
  return layout(
    name,
    html`<article class="product wrap">
  <img class="tile" src="/assets/${slug}.svg" alt="${name}" width="640" height="480">
  <div>
    <p class="eyebrow"><a href="/#${kind.toLowerCase()}">${kind}</a></p>
    <h1>${name}</h1>
    <p class="price">${toPrice(cents)}</p>
    <p>${summary}</p>
    <ul class="details">${details.map((detail) => html`<li>${detail}</li>`)}</ul>
    <form class="buy" action="/checkout" method="get">
      <input type="hidden" name="product" value="${slug}">
      ${sizes.length > 0 && chooser('size', 'Size', sizes, sizes[Math.floor(sizes.length / 2)])}
      ${chooser('quantity', 'Quantity', quantities(), '1')}
      <button class="button" type="submit">Go to checkout</button>
    </form>
  </div>
</article>`,
    addresses,
  );
}

function quantities(): string[] {
  return Array.from({ length: MAX_QUANTITY }, (_, index) => String(index + 1));
}

function chooser(name: string, label: string, choices: readonly string[], chosen: string | undefined): Html {
  return html`<div class="field">
        <label for="${name}">${label}</label>
        <select id="${name}" name="${name}">
          ${choices.map((choice) => html`<option${choice === chosen && html` selected`}>${choice}</option>`)}
        </select>
      </div>`;
}
