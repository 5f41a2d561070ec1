import type { Captured, Clicks, Reason } from './types.js';

/** What is told about a visitor who came from somewhere and brought no click that could be kept. */
export interface Loss {
  /** `none`: the address had no id. `rejected`: it had one that was refused, see `reason`. */
  status: 'none' | 'rejected';
  /** Host of the page that linked here, empty when the browser does not tell. Never its path or query. */
  referrer: string;
  /** The parameter that was refused, in the spelling that was seen. */
  param?: string;
  /** Why it was refused. */
  reason?: Reason;
}

/** Settings of `losses()`. */
export interface LossOptions {
  /** Address of your server that gets a loss as JSON in a `text/plain` POST. Default: nothing is sent. */
  url?: string;
  /** Matches hosts that are no source of clicks: your other sites, a payment provider. Default: this page's host only. */
  own?: RegExp;
}

/** What `losses()` returns. */
export interface Losses {
  /** How many ids were refused on this page since, by reason: `{ macro: 1 }`. */
  counts(): Partial<Record<Reason, number>>;
  /** As `clicks.capture()`, and counts what it refuses. */
  capture(url?: string): Captured;
}

/**
 * Counts refused ids by reason, and tells your server of visitors who came from another host without an id, or with one
 * that was refused: links that lose it on the way. One message for a landing, with consent only; not for reloading or
 * going back. It has no address, no id and nothing else about the visitor.
 */
export function losses(
  clicks: Pick<Clicks, 'capture' | 'consent' | 'ready' | 'subscribe'>,
  { url, own }: LossOptions = {},
): Losses {
  const counted: Partial<Record<Reason, number>> = {};
  const capture = (address?: string) => {
    const captured = clicks.capture(address);
    const { reason } = captured;
    if (reason) counted[reason] = (counted[reason] ?? 0) + 1;
    return captured;
  };

  const look = async () => {
    if (!globalThis.document) return;
    // Of this very moment: a client-side navigation may change it before the page is shown.
    const address = location.href;
    await clicks.ready;
    // What init() has read already; a click that it kept is the same one now.
    const { status, param, reason } = capture(address);
    const [, , authority = ''] = document.referrer.split('/');
    const referrer = authority.replace(/:\d+$/, '');
    // search() starts anew each time, whatever the flags.
    const isForeign = referrer && referrer !== location.hostname && !(own && referrer.search(own) >= 0);
    const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const isAgain = visit?.type === 'reload' || visit?.type === 'back_forward';
    if (!url || isAgain || (status !== 'rejected' && !(status === 'none' && isForeign))) return;
    await new Promise<void>((resolve) => {
      const ask = () => {
        if (clicks.consent() !== 'granted') return;
        stop();
        resolve();
      };
      const stop = clicks.subscribe(ask);
      ask();
    });
    const loss: Loss = { status, referrer, param, reason };
    // As text, because JSON would need a preflight. The visitor may leave at once.
    await fetch(url, { method: 'POST', keepalive: true, body: JSON.stringify(loss) });
  };
  // A message that gets lost is no more than that.
  look().catch(() => undefined);
  return { counts: () => ({ ...counted }), capture };
}
