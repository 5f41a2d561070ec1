import { isClickId } from './is-click-id.js';
import type { Clicks, Touch } from './types.js';

/** What `platforms()` returns, or anything else that knows ids of ad platforms by name. */
export interface PlatformIds {
  get(): Readonly<Record<string, string>>;
}

type Source = Pick<Clicks, 'all' | 'consent' | 'get'>;

/**
 * Everything the checkout's server needs in one text: our click id and its time, ids of ad platforms, consent. Give it to
 * `tallyback.convert({ clickToken })` of `@tallyback/sdk-node`. It is not signed and says nothing the browser could not
 * say anyway.
 *
 * @returns undefined when there is neither a click nor an id of a platform
 */
export function token(clicks: Source, platforms?: PlatformIds): string | undefined {
  let own: Touch | undefined;
  let at = Date.now();
  const ids: Record<string, string> = {};
  // Whichever counts for get(), only one of ours is a click id on the server. Others are ids of platforms there.
  for (const touch of [...clicks.all(), clicks.get()]) {
    if (!touch) continue;
    if (isClickId(touch.id)) own = touch;
    else ids[touch.param] = touch.id;
    at = (own ?? touch).at;
  }
  Object.assign(ids, platforms?.get());
  // A name that the server would refuse must not cost the sale.
  for (const name in ids) if (!/^[a-z]\w{0,31}$/i.test(name)) delete ids[name];
  if (!(own ?? Object.keys(ids)[0])) return undefined;
  const write = (p?: object) => {
    const json = JSON.stringify({ c: own?.id, t: Math.floor(at / 1000), p, k: clicks.consent() });
    // Ids are ASCII by the rule of what is captured, so that every character is one byte.
    return `tb1.${btoa(json).replace(/\W/g, (sign) => (sign === '+' ? '-' : sign === '/' ? '_' : ''))}`;
  };
  const text = write(ids);
  // The server reads no longer one, and the click matters most.
  return text.length > 2048 ? write() : text;
}

/**
 * The click as `client_reference_id` of a Stripe Checkout session or payment link.
 *
 * @returns undefined without a click, or when Stripe would not take its id (only letters, digits, `-`, `_`; 200 at most)
 */
export function stripeRef(clicks: Pick<Clicks, 'get'>): string | undefined {
  const { id = '' } = clicks.get() ?? {};
  return /^[\w-]{1,200}$/.test(id) ? id : undefined;
}

/** The click as cart attributes: the body of a `POST /cart/update.js` of Shopify; they come back as `note_attributes`. */
export function shopifyAttributes(clicks: Pick<Clicks, 'get'>): { attributes: Record<string, string> } {
  const { id } = clicks.get() ?? {};
  return { attributes: id ? { clickid: id } : {} };
}

/** The token as a header to spread into those of a `fetch()`: `{ 'tallyback-click': 'tb1...' }`, or nothing. */
export function header(clicks: Source, platforms?: PlatformIds): Record<string, string> {
  const text = token(clicks, platforms);
  return text ? { 'tallyback-click': text } : {};
}
