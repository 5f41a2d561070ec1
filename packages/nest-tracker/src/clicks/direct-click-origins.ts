import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';

/**
 * Whether a page of this origin may record clicks: one on the hosts that the offers of these advertisers lead to, with or
 * without `www.`, on any port and on subdomains, or one of the `more` origins that the module's options name.
 *
 * @param advertisers Ids. Absent: any.
 */
export function isAllowedOrigin(
  origin: string,
  catalog: CatalogSnapshot,
  more: readonly string[] = [],
  advertisers: readonly string[] = [...catalog.advertisersById.keys()],
): boolean {
  if (more.includes(origin) || more.includes('*')) return true;
  // `null` (sandboxed frames, files) and what is no URL.
  if (!URL.canParse(origin) || !/^https?:/i.test(origin)) return false;
  const host = bare(new URL(origin).hostname);
  return advertisers.some((id) =>
    [...catalog.hostsOf(id)].some((known) => host === bare(known) || host.endsWith(`.${bare(known)}`)),
  );
}

function bare(host: string): string {
  return host.replace(/^www\./, '');
}
