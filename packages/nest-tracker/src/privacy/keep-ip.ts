import { isIP } from 'node:net';
import { ipv6Groups } from './ipv6-groups.js';

/** What of a visitor's address or user agent may be stored. */
export type Keep = 'truncate' | 'hash' | 'none' | 'full';

/**
 * The address as the privacy setting keeps it: IPv4 without its last octet, IPv6 as its /48 network. Addresses that map
 * IPv4 into IPv6 (`::ffff:192.0.2.1`) are taken as the IPv4 they are.
 *
 * @param hash Used for `hash`.
 */
export function keepIp(ip: string | undefined, keep: Keep, hash: (address: string) => string): string | null {
  if (!ip || keep === 'none') return null;
  const address = ip.toLowerCase().startsWith('::ffff:') && isIP(ip.slice(7)) === 4 ? ip.slice(7) : ip;
  const family = isIP(address);
  if (family === 0) return null;
  if (keep === 'full') return address;
  if (keep === 'hash') return hash(address.toLowerCase());
  if (family === 4) return `${address.slice(0, address.lastIndexOf('.'))}.0`;
  return `${ipv6Groups(address).slice(0, 3).join(':')}::`;
}
