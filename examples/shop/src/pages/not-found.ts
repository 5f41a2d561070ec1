import { type Html, html } from '../html.js';
import type { Addresses } from './addresses.js';
import { layout } from './layout.js';

export function notFoundPage(addresses: Addresses): Html {
  return layout(
    'Off the path',
    html`<section class="intro wrap">
  <h1>Off the path</h1>
  <p>There is nothing at this address. <a href="/">Back to the shop</a></p>
</section>`,
    addresses,
  );
}
