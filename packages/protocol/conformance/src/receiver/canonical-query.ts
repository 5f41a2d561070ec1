/** RFC 3986: everything but unreserved characters is encoded. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The form of a query that is signed: decoded, encoded again, without its signature, sorted by name, then by value. */
export function canonicalQuery(query: string): string {
  const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));
  const pairs = query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
      return [percentEncode(decode(name)), percentEncode(decode(value))] as const;
    })
    .filter(([name]) => name !== 'tb_sig');
  pairs.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
