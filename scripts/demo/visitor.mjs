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
  tell("A visitor follows the campaign link on a partner's page", shown(click), `The click is stored as ${clickId}.`);

  const landing = await browser.open(click.location);
  expect(landing, 200);
  tell(
    'The visitor lands in the shop',
    shown(landing),
    'In a browser, sdk-browser now holds the click id, and keeps it once the visitor agrees.',
  );

  const product = await browser.open(link(landing, /href="(\/products\/[^"]+)"/));
  expect(product, 200);
  tell('looks at a product', shown(product));

  const checkout = await browser.open(
    `${new URL(product.url).origin}/checkout?${fieldsOf(product)}&size=42&quantity=2`,
  );
  expect(checkout, 200);
  const order = await browser.submit(new URL('/checkout', checkout.url).href, {
    ...Object.fromEntries(fieldsOf(checkout)),
    // In a page sdk-browser fills the click id into the form when it is sent; nobody runs scripts here.
    clickid: clickId,
    name: 'Kari Nordmann',
    email: 'kari@example.com',
    coupon: 'SPRING',
  });
  expect(order, 303);
  tell(
    'and orders two pairs',
    shown(order),
    'The form carries the click id, which sdk-browser would fill in. The sale is on disk before the answer.',
  );

  const confirmation = await browser.open(order.location);
  expect(confirmation, 200);
  const orderId = /data-order="([^"]+)"/.exec(confirmation.body)?.[1];
  tell('The shop confirms', shown(confirmation), `Order ${orderId}, ${total(confirmation)}.`);
  return { clickId, orderId };
}

function expect({ url, status, body }, wanted) {
  if (status === wanted) return;
  throw new Failure(`the visitor is stuck: ${url} answered ${status} instead of ${wanted}\n${body.slice(0, 500)}`);
}

function shown({ method, url, status, location, body }) {
  const heading = /<h1>([^<]*)<\/h1>/.exec(body)?.[1].trim();
  const result = location === undefined ? `"${heading}"` : `-> ${location}`;
  return `${method} ${url}\n${status} ${result}`;
}

function total({ body }) {
  return /<dt>Total<\/dt><dd>([^<]*)<\/dd>/.exec(body)?.[1];
}

function link({ url, body }, pattern) {
  return new URL(pattern.exec(body)[1], url).href;
}

function fieldsOf({ body }) {
  const inputs = [...body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  return new URLSearchParams(inputs.map(([, name, value]) => [name, value]));
}
