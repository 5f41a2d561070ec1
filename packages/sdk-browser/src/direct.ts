import { isClickId } from './is-click-id.js';
import { attempt } from './lib/attempt.js';
import type { Clicks } from './types.js';

/** Settings of `direct()`. */
export interface DirectOptions {
  /** Address of the tracker's `POST /v1/clicks`. */
  endpoint: string;
  /**
   * Key of the campaign, for a page that only its links lead to: whoever comes there is a click, once for each tab and
   * query. Default: as the address says; one that names none is no click.
   */
  campaign?: string;
  /** Parameter that names the campaign in links. Default `campaign`. */
  campaignParam?: string;
}

/** What became of a direct click. */
export interface DirectClick {
  /**
   * `new`: the tracker recorded it. `same`: it had it already. `none`: the address names no campaign, or has a
   * click id, so that the click was recorded on the way here.
   * `failed`: the tracker did not answer, or not with a click; a reload asks again, under the same key.
   */
  status: 'new' | 'same' | 'none' | 'failed';
  clickId?: string;
}

/**
 * A click without a redirect: the visitor came by a plain link to this page, `?campaign=spring&external_id=77`, and the
 * page itself tells the tracker. Sent once the page is really shown and consent is granted; nothing leaves before.
 * The id in the answer is kept like any other, so `clickid` has to be among the `params` of `init()`.
 *
 * @returns what became of it; without consent it stays open
 */
export async function direct(
  clicks: Pick<Clicks, 'capture' | 'consent' | 'ready' | 'subscribe'>,
  { endpoint, campaign, campaignParam = 'campaign' }: DirectOptions,
): Promise<DirectClick> {
  try {
    // Of this very moment: a client-side navigation may change it before consent comes.
    const { href: url, search } = location;
    const query = [...new URLSearchParams(search)];
    const { [campaignParam]: named, external_id: externalId, clickid } = Object.fromEntries(query);
    campaign ??= named;

    await clicks.ready;
    // On every page, because consent may be withdrawn on any.
    const isGranted = new Promise<void>((resolve) => {
      const look = () => {
        if (clicks.consent() === 'granted') resolve();
        else if (clicks.consent() === 'denied') attempt(() => sessionStorage.removeItem('_clk_d'));
      };
      clicks.subscribe(look);
      look();
    });
    // The names of campaigns are in the addresses of tracked links, too, for the shop's own statistics.
    if (!campaign || isClickId(clickid as string)) return { status: 'none' };
    await isGranted;
    // Random, because two visitors may come by the same link in the same second.
    let key = crypto.getRandomValues(new Uint32Array(4)).join();
    // Without session storage a reload is a click of its own, as it is with a redirect.
    attempt(() => {
      // Kept for this landing: reloading, going back and duplicating the tab ask again about the same click. By its query,
      // because the visitor may have followed a link within the page, or one that takes the query along.
      const keys = new URLSearchParams(sessionStorage._clk_d);
      key = keys.get(search) ?? key;
      keys.set(search, key);
      sessionStorage._clk_d = keys;
    });
    const subs = Object.fromEntries(query.filter(([parameter]) => /^sub\d/.test(parameter)));
    const answer = await fetch(endpoint, {
      method: 'POST',
      // The visitor may leave at once.
      keepalive: true,
      credentials: 'include',
      // As text, because JSON would need a preflight.
      body: JSON.stringify({ campaign, url, referrer: document.referrer, externalId, key, ...subs }),
    });
    const { clickId, status } = await answer.json();
    if (answer.ok && clickId) {
      clicks.capture(`?clickid=${clickId}`);
      return { clickId, status };
    }
  } catch {
    // No answer, or none that can be read.
  }
  return { status: 'failed' };
}
