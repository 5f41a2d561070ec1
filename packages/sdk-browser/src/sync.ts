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
  let told: string | undefined;

  const tell = async () => {
    const consent = clicks.consent();
    const state = consent === 'granted' ? encode(clicks.all()) : consent;
    if (!globalThis.document || state === told || consent === 'pending') return;
    told = state;
    if (consent === 'denied') {
      attempt(() => sessionStorage.removeItem(name));
      await fetch(url, { method: 'DELETE', keepalive: true });
    } else if (attempt(() => sessionStorage.getItem(name)) !== state) {
      const answer = await fetch(url, { method: 'POST', keepalive: true, body: state });
      const known = answer.ok ? decode(await answer.text()) : [];
      for (const { at, param, id, landing, referrer } of known) {
        if (id) clicks.capture(`?${new URLSearchParams([[param, id]])}`, { at, landing, referrer });
      }
      // Denied meanwhile: then the server is told next, and nothing is left here.
      if (!answer.ok || clicks.consent() !== 'granted') return;
      told = encode(clicks.all());
      attempt(() => sessionStorage.setItem(name, told as string));
    }
  };
  // One after the other: the server's answers set and remove the same cookie. One that fails is asked again next time.
  let last: Promise<unknown> = clicks.ready;
  const next = () => {
    last = last.then(tell).catch(() => undefined);
  };
  next();
  return clicks.subscribe(next);
}
