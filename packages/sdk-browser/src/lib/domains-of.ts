/** A host's parents and itself, widest first, beginning with the bare top level. */
export function domainsOf(host: string): string[] {
  return host.split('.').map((_, i, labels) => labels.slice(-1 - i).join('.'));
}
