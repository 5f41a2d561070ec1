import { Failure } from '../setup/failure.mjs';
import { Browser } from './browser.mjs';

/**
 * One visitor, from the partner's link to the confirmed order.
 *
 * @param {{ trackerUrl: string, externalId: string, tell(title: string, ...lines: string[]): void }} options
 * @returns {Promise<{ clickId: string, orderId: string }>}
 */
export async function visit({ trackerUrl, externalId, tell }) {
  const browser = new Browser();

  const click = await browser.open(`${trackerUrl}/c/spring?external_id=${externalId}&sub1=newsletter`);
  expect(click, 302);
  const clickId = new URL(click.location).searchParams.get('clickid');
  tell("A visitor follows the link on the partner's page", shown('GET', click), `the click is stored: ${clickId}`);

  const landing = await browser.open(click.location);
  expect(landing, 200);
  tell('lands in the shop', shown('GET', landing), `${heading(landing)}`, 'the page keeps the click id (sdk-browser)');

  const product = await browser.open(link(landing, /href="(\/products\/[^"]+)"/));
  expect(product, 200);
  tell('looks at a product', shown('GET', product), `${heading(product)}`);

  const checkout = await browser.open(
    `${new URL(product.url).origin}/checkout?${fieldsOf(product)}&size=42&quantity=2`,
  );
  expect(checkout, 200);
  // In a page sdk-browser fills the click id into the form when it is sent; nobody runs scripts here.
  const fields = { ...Object.fromEntries(fieldsOf(checkout)), clickid: clickId };
  const order = await browser.submit(new URL('/checkout', checkout.url).href, {
    ...fields,
    name: 'Kari Nordmann',
    email: 'kari@example.com',
    coupon: 'SPRING',
  });
  expect(order, 303);
  const confirmation = await browser.open(order.location);
  expect(confirmation, 200);
  const orderId = /data-order="([^"]+)"/.exec(confirmation.body)?.[1];
  tell('checks out', shown('POST', order), `${heading(confirmation)}, order ${orderId}`);
  return { clickId, orderId };
}

function expect({ url, status, body }, wanted) {
  if (status === wanted) return;
  throw new Failure(`the visitor is stuck: ${url} answered ${status} instead of ${wanted}\n${body.slice(0, 500)}`);
}

function shown(method, { url, status, location }) {
  return `${method} ${url}\n${status}${location === undefined ? '' : ` -> ${location}`}`;
}

function heading({ body }) {
  return /<h1>([^<]*)<\/h1>/.exec(body)?.[1].trim();
}

function link({ url, body }, pattern) {
  return new URL(pattern.exec(body)[1], url).href;
}

function fieldsOf({ body }) {
  const inputs = [...body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  return new URLSearchParams(inputs.map(([, name, value]) => [name, value]));
}
