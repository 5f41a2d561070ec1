import type { PlatformIds } from './handoff.js';
import { init } from './init.js';
import { attempt } from './lib/attempt.js';
import { candidates } from './lib/candidates.js';
import type { Clicks, CookieOptions } from './types.js';

/** Settings of `platforms()`. */
export interface PlatformOptions {
  /** Parameters to keep, in any case: your own choice or a list of `@tallyback/sdk-browser/registry`. */
  names: readonly string[];
  /** How long an id counts, in seconds from when it was seen. Default 90 days. */
  window?: number;
  /** `false`: no cookie. Its name is `_clk_p` by default. */
  cookie?: false | CookieOptions;
  /** `false`: no localStorage. Default `true`. */
  storage?: boolean;
}

// What the platforms' own scripts leave, by the name that servers call it.
const COOKIES = /^_?(fbp|fbc|ttp|epik|rdt_uuid|li_fat_id)$/;

/**
 * Keeps the ids of ad platforms beside the click: they do not compete with it, so that a visit by a search ad does not
 * cost the partner the sale. The last id of each name counts. With consent it reads what the platforms' own scripts
 * keep in cookies, too (`_fbp`, `_fbc`, `_ttp`, ...); it never writes those.
 */
export function platforms(
  clicks: Pick<Clicks, 'consent' | 'ready' | 'subscribe'>,
  { names, window = 7_776_000, cookie = {}, storage }: PlatformOptions,
): PlatformIds & { stop(): void } {
  const ids = init({
    params: names,
    keep: 5,
    window,
    cookie: cookie && { name: '_clk_p', ...cookie },
    storage,
    consent: clicks.consent(),
    // The ids of platforms are opaque, whatever their names.
    validate: () => true,
  });
  const look = () => {
    if (clicks.consent() !== ids.consent()) ids.setConsent(clicks.consent());
  };
  // An address may have ids of several platforms; init() takes the first that it finds.
  const seen = attempt(() => candidates(new URL(location.href), names), []);
  const stop = clicks.subscribe(look);
  for (const pair of seen) ids.capture(`?${new URLSearchParams([pair])}`);
  return {
    get() {
      look();
      const jar = ids.consent() === 'granted' ? (attempt(() => document.cookie.split('; ')) ?? []) : [];
      const own = jar.flatMap((text) => {
        const [name = '', value = ''] = text.split(/=(.*)/);
        const [, plain] = COOKIES.exec(name) ?? [];
        return plain && /^[\w.~:|+/=%-]{1,512}$/.test(value) ? [[plain, value]] : [];
      });
      return Object.fromEntries([...own, ...ids.all().map(({ param, id }) => [param, id])]);
    },
    stop,
  };
}
