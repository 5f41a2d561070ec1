import type { Slot } from './twins.js';

/** localStorage: outlives script cookies where browsers cut those short, but is not shared between subdomains. */
export function storageSlot(key: string): Slot {
  return {
    read: () => [localStorage.getItem(key) ?? []].flat(),
    write: (text) => (text ? localStorage.setItem(key, text) : localStorage.removeItem(key)),
  };
}
