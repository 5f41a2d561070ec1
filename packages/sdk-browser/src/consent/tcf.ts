import { listen } from '../lib/listen.js';
import { vote } from '../lib/vote.js';
import type { Clicks } from '../types.js';

/** Settings of `tcf()`. */
export interface TcfOptions {
  /** IAB vendor number that has to be allowed as well. Default: none is asked for. */
  vendor?: number;
  /** Purposes that have to be allowed. Default `[1]`, to store information on a device. */
  purposes?: readonly number[];
  /** How long to look for the consent platform, in milliseconds. Default 10,000. */
  timeout?: number;
}

/** The part of a TCData object that is read. */
interface TcData {
  gdprApplies?: boolean;
  eventStatus: string;
  purpose?: { consents: Record<number, boolean> };
  vendor?: { consents: Record<number, boolean> };
}

/**
 * Takes consent from an IAB TCF 2 consent platform, now and whenever the visitor changes it. While the visitor is being
 * asked nothing changes, so begin with `consent: 'pending'`.
 *
 * @returns a function that ends it
 */
export function tcf(
  clicks: Pick<Clicks, 'setConsent'>,
  { vendor, purposes = [1], timeout }: TcfOptions = {},
): () => void {
  return listen('__tcfapi', [2], timeout, ({ gdprApplies, eventStatus, purpose, vendor: vendors }: TcData) => {
    const isFree = gdprApplies === false;
    // The third status, cmpuishown, means that the visitor is being asked.
    if (isFree || /^(tcl|use)/.test(eventStatus)) {
      const isAllowed = purposes.every((number) => purpose?.consents[number]);
      vote(clicks, 'tcf', isFree || (isAllowed && (!vendor || vendors?.consents[vendor])));
    }
  });
}
