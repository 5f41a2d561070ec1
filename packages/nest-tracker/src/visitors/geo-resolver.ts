/** Where an address is. */
export interface GeoAnswer {
  /** ISO 3166-1 alpha-2, upper case (`DE`); anything else counts as not known. */
  readonly country?: string | null | undefined;
}

/**
 * Tells where a visitor is. Asked for every click before the visitor is sent on, so it answers from memory and at once.
 *
 * Pass your own as option `geo`, or a MaxMind file. It gets the whole address, which is cut only where it is stored.
 */
export interface GeoResolver {
  /**
   * @param ip IPv4 or IPv6 in plain form: no port, no brackets, IPv4 never mapped into IPv6.
   * @returns Undefined where nothing is known. An error counts as that, and is logged.
   */
  resolve(ip: string): GeoAnswer | undefined;
}

/** Injection token of the {@link GeoResolver}; null when the module has none. */
export const GeoResolver = Symbol('GeoResolver');
