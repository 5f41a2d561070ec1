/**
 * Who converted, for ad platforms that match people. Everything is optional. Personal data is normalised and hashed as each
 * platform specifies when the conversion is accepted: the queue never holds it in the clear, except what platforms want
 * unhashed (IP address, user agent, URL, click ids).
 *
 * A value that already is a SHA-256 in hexadecimal (64 digits) is passed on as it is.
 */
export interface Person {
  readonly email?: string;
  /** With country code, e.g. `+49 1512 3456789`; a national number (`0151...`) matches nowhere and is left out. */
  readonly phone?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly city?: string;
  /** State or province, as its two-letter code where there is one, e.g. `CA`. */
  readonly region?: string;
  readonly postalCode?: string;
  /** ISO 3166-1 alpha-2, e.g. `DE`. */
  readonly country?: string;
  /** Your own stable id of the customer. */
  readonly externalId?: string;
  /** Of the person's browser, not of your server or proxy. */
  readonly ipAddress?: string;
  readonly userAgent?: string;
  /** The page on which it happened, e.g. the thank-you page. */
  readonly sourceUrl?: string;
  /** What ad platforms appended to the landing URL or keep in cookies, by name: `gclid`, `fbclid`, `fbc`, `ttclid`, ... */
  readonly clickIds?: Readonly<Record<string, string>>;
  /** `YYYY-MM-DD` */
  readonly birthDate?: string;
}
