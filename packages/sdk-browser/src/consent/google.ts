import { attempt } from '../lib/attempt.js';
import { vote } from '../lib/vote.js';
import type { Clicks } from '../types.js';

/** Settings of `google()`. */
export interface GoogleOptions {
  /** Name of the global array that `gtag()` pushes to. Default `dataLayer`. */
  layer?: string;
}

/**
 * Takes consent from Google Consent Mode 2, as it is pushed to the data layer: `ad_storage`, and `ad_user_data` where
 * the page sets it. A denied default means that nobody has answered yet and changes nothing, so begin with
 * `consent: 'pending'`. What is granted for certain regions only never counts: a browser does not know where it is.
 *
 * @returns a function that ends it
 */
export function google(
  clicks: Pick<Clicks, 'setConsent'>,
  { layer: name = 'dataLayer' }: GoogleOptions = {},
): () => void {
  let state: Record<string, unknown> = {};
  let isOver = false;
  const look = (entry: unknown) =>
    attempt(() => {
      // What gtag() pushes is an `arguments` object.
      const [command, kind, signals] = Array.from(entry as ArrayLike<unknown>) as [string, string, typeof state];
      if (isOver || command !== 'consent') return;
      state = { ...state, ...signals };
      const isDenied = [state.ad_storage, state.ad_user_data].includes('denied');
      // A denied default is no answer yet; a grant for some regions only may not be meant for this visitor.
      if (isDenied ? kind === 'default' : !state.ad_storage || signals.region) return;
      vote(clicks, 'google', !isDenied);
    });

  attempt(() => {
    const scope = window as unknown as Record<string, unknown[]>;
    scope[name] ??= [];
    const layer = scope[name] as unknown[];
    layer.forEach(look);
    const { push } = layer;
    layer.push = (...entries) => {
      entries.forEach(look);
      return push.apply(layer, entries);
    };
  });
  return () => {
    isOver = true;
  };
}
