import { attempt } from './lib/attempt.js';
import { decode, encode } from './lib/codec.js';
import type { Clicks } from './types.js';

/** Settings of `sync()`. */
export interface SyncOptions {
  /** Same-origin address at which your server keeps the click, for example `/_c/click`. */
  url: string;
}

/**
 * Has your own server keep the click in a cookie that no script can touch, and that browsers keep longer than one of a
 * script. With consent it posts what is stored, once per visit and after changes, and takes back what only the server
 * still knows; when consent is denied it has the server delete its cookie. While consent is pending nothing is sent.
 *
 * @returns a function that ends it
 */
export function sync(
  clicks: Pick<Clicks, 'all' | 'capture' | 'consent' | 'ready' | 'subscribe'>,
  { url }: SyncOptions,
): () => void {
  const name = '_clk_y';
  let stop = () => {};
  let isOver = typeof document === 'undefined';
  let told: string | undefined;

  const tell = async () => {
    const consent = clicks.consent();
    const state = consent === 'granted' ? encode(clicks.all()) : consent;
    if (isOver || state === told || consent === 'pending') return;
    told = state;
    if (consent === 'denied') {
      attempt(() => sessionStorage.removeItem(name));
      await fetch(url, { method: 'DELETE', keepalive: true });
    } else if (attempt(() => sessionStorage.getItem(name)) !== state) {
      const answer = await fetch(url, { method: 'POST', keepalive: true, body: state });
      if (!answer.ok) return;
      const known = decode(await answer.text());
      // What comes from the server is nothing to tell it.
      stop();
      for (const { at, param, id, landing, referrer } of known) {
        if (id) clicks.capture(`?${new URLSearchParams([[param, id]])}`, { at, landing, referrer });
      }
      told = encode(clicks.all());
      attempt(() => sessionStorage.setItem(name, told as string));
      stop = clicks.subscribe(safely);
    }
  };
  // A server that does not answer is asked again on the next page.
  const safely = () => void tell().catch(() => undefined);

  clicks.ready
    .then(() => {
      stop = clicks.subscribe(safely);
      safely();
    })
    .catch(() => undefined);
  return () => {
    isOver = true;
    stop();
  };
}
