/** A host's parents and itself, widest first, without the bare top level; a host of one name has none. */
export function domainsOf(host: string): string[] {
  const labels = host.split('.');
  return labels.map((_, i) => labels.slice(-1 - i).join('.')).slice(1);
}
