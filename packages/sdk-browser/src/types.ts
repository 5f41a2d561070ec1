/** One arrival through a tracked link. */
export interface Touch {
  /** The click id. Our own (`clickid`) in lower case, every other one exactly as it arrived. */
  id: string;
  /** The name the id arrived under, in the spelling that was seen. */
  param: string;
  /**
   * Time of the click in milliseconds since 1970. One of our own click ids carries its time; any other id, and one
   * whose time cannot be (ahead of this clock, or before the window), counts from the moment it was first seen. It
   * never moves afterwards.
   */
  at: number;
  /** Origin and path of the landing page, without query, at most 200 characters. */
  landing: string;
  /** Origin of the page that linked here, empty when the browser does not tell. */
  referrer: string;
}

/** Which of several clicks `get()` answers with. */
export type Model = 'first' | 'last';

/** May this visitor's click be stored? `pending` keeps it in memory only; `denied` keeps nothing. */
export type Consent = 'granted' | 'pending' | 'denied';

/**
 * Why a click id was not taken:
 * `macro` an unsubstituted placeholder such as `{clickid}`; `length` empty or over 512 characters; `charset` a
 * character that no click id has; `format` not one of our click ids; `refused` by your own `validate`; `expired`
 * older than the window while another click counts; `older` a newer click is kept; `consent` denied.
 */
export type Reason = 'macro' | 'length' | 'charset' | 'format' | 'refused' | 'expired' | 'older' | 'consent';

/** What `capture()` found and did. */
export interface Captured {
  /** `new`: kept. `same`: known already, its time stays. `none`: no id there. `rejected`: see `reason`. */
  status: 'new' | 'same' | 'none' | 'rejected';
  /** The parameter it is about, in the spelling that was seen. */
  param?: string;
  /** Set when `status` is `rejected`. */
  reason?: Reason;
}

/** How the cookie is written: always `Path=/; SameSite=Lax`, on https pages `Secure`. */
export interface CookieOptions {
  /** Cookie name and localStorage key. Default `_clk`. A cookie of that name with other content is left alone. */
  name?: string;
  /** Default: the widest domain the browser allows, so that subdomains share. `''`: this host only. */
  domain?: string;
}

/** Settings of `init()`. Every one has a default. */
export interface Options {
  /**
   * Parameter names, in order of preference, compared without regard to case. `clickid` is ours and must be a click
   * id; all others are foreign and opaque. Default `['clickid']`.
   */
  params?: readonly string[];
  /** Where the path carries the id, for example `/land/{clickid}`. The name must be one of `params`. Default none. */
  path?: string;
  /** Default of `get()`: `last`. */
  model?: Model;
  /** How long a click counts, in seconds from the click. Default 30 days. */
  window?: number;
  /** How many clicks are kept: the first, and the last ones. Default 2; more make a longer path and a longer cookie. */
  keep?: number;
  /** `false`: no cookie. */
  cookie?: false | CookieOptions;
  /** `false`: no localStorage. Default `true`. */
  storage?: boolean;
  /** Default `granted`: start with `pending` where consent is needed. */
  consent?: Consent;
  /**
   * Replaces the rule that `clickid` must be one of our click ids. Placeholders, impossible characters and lengths
   * are refused before it is asked. When it throws, the value is refused.
   */
  validate?: (value: string, param: string) => boolean;
}

/** The clicks of this visitor. No method throws. */
export interface Clicks {
  /** The click that counts by `model`, freshly read, or undefined. */
  get(): Touch | undefined;
  /** The oldest click within the window. */
  first(): Touch | undefined;
  /** The newest click within the window. */
  last(): Touch | undefined;
  /** Every click that is kept, oldest first. */
  all(): Touch[];
  /** What counts as the visitor's consent now. */
  consent(): Consent;
  /**
   * Looks for a click id in a URL. `init()` does it for the page; call it after a client-side navigation.
   * @param url default: the current address
   * @param more what is known better about this click, for example by your server: `at`, `landing`, `referrer`
   */
  capture(url?: string, more?: Partial<Touch>): Captured;
  /**
   * Calls back when a click is kept or forgotten, or when consent changes: here, in another tab, or while the page was
   * in the back/forward cache. What the callback throws is reported as an event listener's error would be.
   * @returns a function that ends the subscription
   */
  subscribe(listener: (touch: Touch | undefined) => void): () => void;
  /** Forgets every click, here and in storage. */
  clear(): void;
  /** `granted` stores what was held, with its own time; `denied` forgets everything and stops keeping. */
  setConsent(consent: Consent): void;
  /** Resolves when the page has really been shown (a prerendered one on activation) and its address was read. */
  readonly ready: Promise<void>;
}
