import { useMemo, useSyncExternalStore } from 'react';
import { encode } from './lib/codec.js';
import type { Clicks, Touch } from './types.js';

/** The same object as long as it says the same: React renders again whenever a snapshot is another object. */
function stable(get: () => Touch | undefined): () => Touch | undefined {
  let last: Touch | undefined;
  return () => {
    const touch = get();
    if (encode(touch ? [touch] : []) !== encode(last ? [last] : [])) last = touch;
    return last;
  };
}

/**
 * The click that counts, in React: renders again when it changes here or in another tab, or when consent does. On a
 * server, and while the browser takes over its markup, there is none.
 */
export function useClick(clicks: Pick<Clicks, 'get' | 'subscribe'>): Touch | undefined {
  const snapshot = useMemo(() => stable(clicks.get), [clicks]);
  return useSyncExternalStore(clicks.subscribe, snapshot, () => undefined);
}
