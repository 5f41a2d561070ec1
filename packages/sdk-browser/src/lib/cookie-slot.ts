import { domainsOf } from './domains-of.js';
import type { Slot } from './twins.js';

/** A script cookie, by default on the registrable domain so that its subdomains share it. */
export function cookieSlot(name: string, domain?: string): Slot {
  const start = `${name}=`;
  const read = () =>
    document.cookie.split('; ').flatMap((pair) => (pair.startsWith(start) ? pair.slice(start.length) : []));
  return {
    read,
    write(text, until) {
      // Only the browser knows which suffixes are public, so the widest domain that takes the cookie is found by
      // trying. Removal has to name the very domain of the writing, by whatever setting that was, so it tries all.
      const targets = text && domain != null ? [domain] : [...domainsOf(location.hostname), ''];
      targets.some((target) => {
        // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is asynchronous and missing on plain http
        document.cookie = `${start}${text}; Path=/; Expires=${new Date(until).toUTCString()}; SameSite=Lax${target && `; Domain=${target}`}${location.protocol === 'https:' ? '; Secure' : ''}`;
        return read().includes(text);
      });
    },
  };
}
