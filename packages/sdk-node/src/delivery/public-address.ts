import { BlockList, isIP, isIPv4 } from 'node:net';

/** Special-purpose IPv4 blocks (IANA registry, RFC 6890 and successors): not on the public internet. */
const SPECIAL_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** What is not public within 2000::/3: protocol assignments with Teredo, documentation, 6to4. */
const SPECIAL_V6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

const specialV4 = new BlockList();
const specialV6 = new BlockList();
const globalV6 = new BlockList();
const nat64 = new BlockList();
for (const [net, bits] of SPECIAL_V4) specialV4.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of SPECIAL_V6) specialV6.addSubnet(net, bits, 'ipv6');
globalV6.addSubnet('2000::', 3, 'ipv6');
nat64.addSubnet('64:ff9b::', 96, 'ipv6');

/** Whether an IP address is one of the public internet. IPv4 inside IPv6 is judged by the IPv4 address it stands for. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !specialV4.check(address, 'ipv4');
  // Addresses with a zone are link-local by nature.
  if (isIP(address) !== 6 || address.includes('%')) return false;
  // A resolver of an IPv6-only network gives these for hosts that have IPv4 only (RFC 6052).
  if (nat64.check(address, 'ipv6')) return isPublicAddress(lastFourBytes(address));
  return globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6');
}

/** The address that the host of a URL names literally, in whatever notation; `undefined` for a name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : bare;
}

function lastFourBytes(address: string): string {
  // The URL parser writes every notation the same way: the last two groups in hexadecimal, zeros perhaps as `::`.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':');
  const [high, low] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16)) as [number, number];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
