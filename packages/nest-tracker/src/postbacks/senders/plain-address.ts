import { isIP, isIPv6 } from 'node:net';

/**
 * An address in one plain form, from what adapters and the proxies before them give: without brackets, port and zone, and
 * IPv4 as IPv4 where it comes mapped into IPv6 (`::ffff:192.0.2.1`, `::ffff:c000:201`). Undefined for what is no address.
 */
export function plainAddress(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const text = given.trim();
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1];
  const withPort = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text)?.[1];
  const [address = ''] = (bracketed ?? withPort ?? text).split('%');
  if (isIP(address) === 0) return undefined;
  return isIPv6(address) ? (mappedIPv4(address) ?? address.toLowerCase()) : address;
}

function mappedIPv4(address: string): string | undefined {
  // The URL parser writes every IPv6 address in the one canonical form of RFC 5952.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const bytes = [Number.parseInt(high, 16), Number.parseInt(low, 16)].flatMap((pair) => [pair >> 8, pair & 255]);
  return bytes.join('.');
}
