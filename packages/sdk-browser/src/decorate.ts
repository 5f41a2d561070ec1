import { attempt } from './lib/attempt.js';
import { listenEverywhere } from './lib/listen-everywhere.js';
import type { Clicks } from './types.js';

/** Settings of `decorate()`. */
export interface DecorateOptions {
  /**
   * Hosts that get the click: `pay.example` that host alone, `*.shop.example` every subdomain of it. A star stands for
   * whole labels, in front and before a name: `*` and `*shop.example` are no host, so nothing gets the click.
   * Default none.
   */
  domains?: readonly string[] | undefined;
  /** Name of the parameter. Default `clickid`. A link that has one already keeps it. */
  param?: string;
  /** More parameters for the same links, encoded as they shall stand there, for example `afsrc=1`. Default none. */
  also?: string;
  /** What is handed over; nothing when it answers `undefined`. Default: the id of the click that counts. */
  value?: () => string | undefined;
}

/** What `decorate()` returns. */
export interface Decorator {
  /** An address with the click, for `window.open` and the like; unchanged where the rules say so. */
  url(address: string): string;
  /** Ends it. */
  stop(): void;
}

/**
 * Hands the click over to other sites: to links at the moment they are used (followed by mouse, finger, key or assistive
 * software, opened in a tab, copied from the menu) and to forms when they are sent, inside open shadow roots as well.
 * Nothing is scanned, wrapped or prevented, and a link looks as before afterwards, so it does not matter who rendered it
 * and when. `data-no-click` on a link, or on anything around it, leaves it alone.
 */
export function decorate(
  clicks: Pick<Clicks, 'get'>,
  { domains, param = 'clickid', also, value = () => clicks.get()?.id }: DecorateOptions,
): Decorator {
  /** The value for an address, or nothing where that is not ours to decorate. */
  const valueFor = ({ hostname }: URL) =>
    domains?.some(
      // A star only before a dot and a name: with any other ending a stranger could register a host that matches.
      (domain) => hostname === domain || (/^\*\../.test(domain) && hostname.endsWith(domain.slice(1))),
    ) && value();

  const url = (address: string): string =>
    attempt(() => {
      const target = new URL(address, location.href);
      const id = !target.searchParams.has(param) && valueFor(target);
      if (!id) return address;
      // By hand: searchParams would write the other parameters anew, and a signed address would not be valid any more.
      target.search += `${target.search ? '&' : '?'}${param}=${encodeURIComponent(id)}${also ? `&${also}` : ''}`;
      return target.href;
    }, address);

  const stop = listenEverywhere(['click', 'auxclick', 'contextmenu', 'formdata'], (event) => {
    const path = event.composedPath() as Element[];
    if (path.find((node) => node.matches?.('[data-no-click]'))) return;
    if (event.type === 'formdata') {
      const { formData } = event as FormDataEvent;
      // Not the form's own: a field of that name hides it. Without one the host is that of the page all the same.
      const action = Element.prototype.getAttribute.call(path[0], 'action') as string;
      const id = !formData.has(param) && valueFor(new URL(action, location.href));
      if (id) formData.set(param, id);
    }
    const link = path.find((node) => node.matches?.('a[href],area[href]')) as HTMLAnchorElement;
    const plain = link.getAttribute('href') as string;
    const decorated = url(link.href);
    if (decorated === link.href) return;
    link.href = decorated;
    // By then the browser has read it. What it reads next time may be another click, or none any more.
    setTimeout(() => link.setAttribute('href', plain));
  });
  return { url, stop };
}
