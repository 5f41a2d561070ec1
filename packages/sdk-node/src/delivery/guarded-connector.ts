import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress, literalAddress } from './public-address.js';

/** The destination's URL leads to a private address, which its address policy forbids. Nothing was sent. */
export class AddressRefusedError extends Error {
  readonly code = 'address_refused';
}

/**
 * Connects to public addresses only. What is checked is what is connected to: names are resolved once, here, and one that
 * has any private address is refused as a whole; addresses in the URL itself never reach a resolver and are checked apart.
 *
 * @param resolve replaceable, so that tests need no name server
 */
export function guardedConnector(timeoutMs: number, resolve: typeof dnsLookup = dnsLookup): buildConnector.connector {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0);
      const [first] = addresses;
      const refused = addresses.find(({ address }) => !isPublicAddress(address));
      if (refused || !first) return callback(refusal(hostname), '', 0);
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ timeout: timeoutMs, lookup });
  return (options, callback) => {
    const literal = literalAddress(options.hostname);
    if (literal !== undefined && !isPublicAddress(literal)) return callback(refusal(options.hostname), null);
    connect(options, callback);
  };
}

/** Does not say which address it was: that would tell whoever made the URL about our network. */
function refusal(hostname: string): AddressRefusedError {
  return new AddressRefusedError(`${hostname} is or resolves to an address that is not public`);
}
