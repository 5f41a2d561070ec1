import type { CheckoutForm, FormFault } from '../checkout-form.js';
import { priceOf } from '../checkout-form.js';
import { type Html, html } from '../html.js';
import type { Addresses } from './addresses.js';
import { layout } from './layout.js';
import { summary } from './summary.js';

/**
 * The order form. `data-click` asks the browser SDK to put the visitor's click id into the field `clickid` on submit. The
 * link to the other place to pay is on another host, where the browser has stored nothing: there the SDK hands it over.
 */
export function checkoutPage(form: CheckoutForm, faults: readonly FormFault[], addresses: Addresses): Html {
  const { payUrl } = addresses;
  const { product, size, quantity } = form;
  return layout(
    faults.length > 0 ? 'Please check your order' : 'Checkout',
    html`<div class="checkout wrap">
  <div>
    <h1>Checkout</h1>
    ${faults.length > 0 && faultList(faults)}
    <form action="/checkout" method="post" data-click novalidate>
      <input type="hidden" name="order" value="${form.order}">
      <input type="hidden" name="product" value="${product.slug}">
      <input type="hidden" name="size" value="${size}">
      <input type="hidden" name="quantity" value="${quantity}">
      <input type="hidden" name="clickid" value="${form.clickId}">
      ${field({ name: 'name', label: 'Name', value: form.name, autocomplete: 'name', faults })}
      ${field({ name: 'email', label: 'E-mail', type: 'email', value: form.email, autocomplete: 'email', faults })}
      ${field({ name: 'coupon', label: 'Code', hint: 'optional', value: form.coupon, autocomplete: 'off', faults })}
      <button class="button" type="submit">Place the order</button>
      ${payUrl && html`<p class="small">Or <a href="${payLink(payUrl, form)}">pay on our other site</a>.</p>`}
      <p class="small">An example shop: nothing is charged and nothing is sent.</p>
    </form>
  </div>
  <aside aria-labelledby="summary">
    <h2 id="summary">Your order</h2>
    ${summary({ product, size, quantity, ...priceOf(form), coupon: form.coupon })}
    <p class="small"><a href="/products/${product.slug}">Change size or quantity</a></p>
  </aside>
</div>`,
    addresses,
  );
}

function payLink(payUrl: string, { product, size, quantity }: CheckoutForm): string {
  const link = new URL('/checkout', payUrl);
  link.search = String(new URLSearchParams({ product: product.slug, size: size ?? '', quantity: String(quantity) }));
  return link.href;
}

function faultList(faults: readonly FormFault[]): Html {
  return html`<div class="faults" role="alert">
      <p><strong>Almost there. Please look at:</strong></p>
      <ul>${faults.map(({ field: name, message }) => html`<li><a href="#${name}">${message}</a></li>`)}</ul>
    </div>`;
}

interface Field {
  name: FormFault['field'];
  label: string;
  hint?: string;
  type?: 'text' | 'email';
  value: string;
  autocomplete: 'name' | 'email' | 'off';
  faults: readonly FormFault[];
}

function field({ name, label, hint, type = 'text', value, autocomplete, faults }: Field): Html {
  const fault = faults.find((candidate) => candidate.field === name);
  return html`<div class="field">
        <label for="${name}">${label}${hint && html` <span class="hint">${hint}</span>`}</label>
        <input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}" maxlength="120"${
          !hint && html` required`
        }${fault && html` aria-invalid="true" aria-describedby="${name}-fault"`}${fault === faults[0] && fault && html` autofocus`}>
        ${fault && html`<p class="fault" id="${name}-fault">${fault.message}</p>`}
      </div>`;
}
