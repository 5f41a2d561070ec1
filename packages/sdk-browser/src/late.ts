import type { Clicks } from './types.js';

/** A click that came when the visitor was about to buy. */
export interface LateClick {
  /** Its id. */
  id: string;
  /** The click before it, if one counts. */
  before: string | undefined;
  /** Seconds from the click before to this one. */
  seconds: number | undefined;
}

/**
 * Did the newest click arrive on a page of the checkout? That is what coupon extensions do, which put a link of their own
 * under a sale that somebody else has brought. Nothing is decided here: both clicks are kept, and this is evidence.
 *
 * @param pages matches the paths of such pages, for example `/^\/(cart|checkout)/`
 */
export function late(clicks: Pick<Clicks, 'all'>, pages: RegExp): LateClick | undefined {
  const [before, click] = [undefined, ...clicks.all()].slice(-2);
  if (!click || !pages.test(click.landing.replace(/^\w+:\/\/[^/]*/, ''))) return undefined;
  return { id: click.id, before: before?.id, seconds: before && (click.at - before.at) / 1000 };
}
