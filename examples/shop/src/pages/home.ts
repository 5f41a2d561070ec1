import type { Product } from '../catalog.js';
import { type Html, html } from '../html.js';
import type { Addresses } from './addresses.js';
import { layout } from './layout.js';
import { productCard } from './product-card.js';

/** All products, by kind. */
export function homePage(products: readonly Product[], addresses: Addresses): Html {
  const kinds = [...new Set(products.map(({ kind }) => kind))];
  return layout(
    'Boots, layers and packs',
    html`<section class="intro wrap">
  <h1>Made to be walked in</h1>
  <p>Six things, each made well enough to be mended. That is the whole shop.</p>
</section>
${kinds.map((kind) => shelf(kind, products))}`,
    addresses,
  );
}

function shelf(kind: string, products: readonly Product[]): Html {
  const id = kind.toLowerCase();
  return html`<section class="shelf by-kind wrap" aria-labelledby="${id}">
  <h2 id="${id}">${kind}</h2>
  <ul class="cards">
  ${products.filter((product) => product.kind === kind).map(productCard)}
  </ul>
</section>
`;
}
