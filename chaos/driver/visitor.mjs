import { formatMinor } from '../lib/money.mjs';
import { sleep } from '../lib/waiting.mjs';
import { planOrder } from './orders.mjs';

// A tracker does not count a client that names no browser.
const BROWSER = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  accept: 'text/html',
};
const JSON_BODY = { 'content-type': 'application/json' };

/**
 * Clicks, buys, and comes back for whatever becomes of the order.
 *
 * @param {object} scene
 * @param {import('./http-client.mjs').HttpClient} scene.client
 * @param {import('../lib/dice.mjs').Dice} scene.dice the visitor's own
 * @param {import('./record.mjs').Record} scene.record what the auditor will believe
 * @param {{ street: string, checkout: string }} scene.urls
 * @param {number} scene.thinkMs how long people think at most
 */
export async function visit(n, { client, dice, record, chronicle, urls, thinkMs }) {
  const order = planOrder(n, dice);
  record.planned(order);
  const think = () => sleep(dice.whole(0, thinkMs));
  const tell = (line) => chronicle.tell(order.tx, line);
  const clickOnce = order.isDirect ? directClick : click;
  for (let more = dice.chance(0.2) ? 2 : 1; order.hasClick && more > 0; more -= 1) {
    order.clickId = await clickOnce(order, { client, record, urls, tell });
    await think();
  }
  const body = JSON.stringify(orderMessage(order));
  const scene = { client, record, tell };
  const place = () => submit(scene, `${urls.checkout}/orders`, body, 'the order');
  const times = order.placedTwice ? 2 : 1;
  const receipts = await Promise.all(Array.from({ length: times }, place));
  record.taken(order, receipts);
  tell(`convert() has resolved, id ${receipts[0].id}`);
  for (const update of order.updates) {
    await think();
    const message = JSON.stringify(updateMessage(order, update));
    await submit(scene, `${urls.checkout}/updates`, message, `update ${message}`);
    record.updated(order);
    tell(`update() has resolved: ${JSON.stringify(update)}`);
  }
}

async function click({ campaign, tx, address }, { client, record, urls, tell }) {
  const url = `${urls.street}/c/${campaign}?sub1=${tx}`;
  const isRedirect = ({ status, headers }) => status === 302 && clickIdIn(headers.location) !== undefined;
  const { headers } = await client.insist(url, { headers: from(address) }, isRedirect, (why) => tell(`click: ${why}`));
  const clickId = clickIdIn(headers.location);
  record.redirected(clickId, { campaign, tx });
  tell(`was redirected with click ${clickId}`);
  return clickId;
}

/** The page tells of the same click as often as it is loaded, under one key. */
async function directClick({ campaign, tx, address, clickId: earlier }, { client, record, urls, tell }) {
  const body = JSON.stringify({ campaign, sub1: tx, key: `page of ${tx}`, url: 'https://shop.example/boots' });
  const headers = { ...from(address), 'content-type': 'text/plain', origin: 'https://shop.example' };
  const isTaken = ({ status, text }) => status === 200 && /^\{"clickId":"\w{26}",.*\}$/.test(text);
  const options = { method: 'POST', headers, body };
  const answer = await client.insist(`${urls.street}/v1/clicks`, options, isTaken, (why) =>
    tell(`direct click: ${why}`),
  );
  const { clickId } = JSON.parse(answer.text);
  record.told(clickId, { campaign, tx }, earlier);
  tell(`the page was told of click ${clickId}`);
  return clickId;
}

/** As the proxy before a tracker says who asks. */
function from(address) {
  return { ...BROWSER, 'x-forwarded-for': address };
}

function clickIdIn(location) {
  if (!location?.startsWith('https://shop.example/')) return undefined;
  return new URL(location).searchParams.get('clickid') ?? undefined;
}

async function submit({ client, record, tell }, url, body, what) {
  const options = { method: 'POST', headers: JSON_BODY, body };
  const isTaken = ({ status, text }) => status === 200 && /^\{.*"id":"/.test(text) && text.endsWith('}');
  const answer = await client.insist(url, options, isTaken, (why) => {
    if (why.includes('disk is full')) record.putOffCount += 1;
    tell(`${what}: ${why}`);
  });
  return JSON.parse(answer.text);
}

function orderMessage({ tx, customer, clickId, event, revenue, currency, status }) {
  const amount = { revenue: formatMinor(revenue, currency), currency };
  const message = { transactionId: tx, customerId: customer, event, ...amount, status };
  return clickId === undefined ? message : { ...message, clickId };
}

function updateMessage({ tx, event, currency }, { status, revenue }) {
  const message = { transactionId: tx, event };
  if (status !== undefined) return { ...message, status };
  return { ...message, revenue: formatMinor(revenue, currency), currency };
}
