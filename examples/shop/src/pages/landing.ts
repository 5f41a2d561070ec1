import type { Product } from '../catalog.js';
import { type Html, html } from '../html.js';
import type { Addresses } from './addresses.js';
import { layout } from './layout.js';
import { productCard } from './product-card.js';

const PICKS = new Set(['rondane-boot', 'lyng-socks', 'storr-shell']);

/** Where campaigns lead to: one offer, one way on. */
export function landingPage(products: readonly Product[], addresses: Addresses): Html {
  return layout(
    'Spring on the trail',
    html`<section class="hero">
  <img class="scene" src="/assets/hills.svg" alt="" width="1280" height="520">
  <div class="wrap">
    <div class="pitch">
      <p class="eyebrow">Spring on the trail</p>
      <h1>The snow is going. So should you.</h1>
      <p>Ten percent off everything until the last patch has melted, with the code <strong class="code">SPRING</strong>
      at checkout.</p>
      <p><a class="button" href="/products/rondane-boot">See the Rondane boot</a></p>
    </div>
  </div>
</section>
<section class="reasons wrap" aria-label="Why here">
  <ul>
    <li><strong>Mended, not replaced</strong> Soles, seams and zips, by us, at cost.</li>
    <li><strong>60 days to change your mind</strong> Also when they have been in the mud.</li>
    <li><strong>Free delivery</strong> In two working days, without plastic.</li>
  </ul>
</section>
<section class="shelf wrap" aria-labelledby="picks">
  <h2 id="picks">For the first warm days</h2>
  <ul class="cards">
  ${products.filter(({ slug }) => PICKS.has(slug)).map(productCard)}
  </ul>
</section>`,
    addresses,
  );
}
