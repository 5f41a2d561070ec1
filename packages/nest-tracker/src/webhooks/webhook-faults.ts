import type { CatalogFault } from '../catalog/catalog-error.js';
import { PostbackError, refusePrivate } from '../partner-postbacks/compile-postback.js';
import type { PartnerPostbackOptions } from '../partner-postbacks/postback-faults.js';

/** What is wrong with a webhook's address; empty when it may be told. */
export function webhookFaults(
  { url, allowHttp }: { readonly url: string; readonly allowHttp?: boolean | undefined },
  path: string,
  { allowPrivateAddresses = false }: PartnerPostbackOptions = {},
): CatalogFault[] {
  const at = `${path}.url`;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // URL parsers drop control characters silently; what is sent and shown must be what was given.
  if (!parsed || !/^https?:$/.test(parsed.protocol) || /[\p{Cc}\s]/u.test(url)) {
    return [{ path: at, message: 'must be an absolute URL that starts with https://' }];
  }
  if (parsed.protocol === 'http:' && !allowHttp) {
    return [{ path: at, message: 'is plain http:, which anybody on the way can read; allowHttp allows it' }];
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return [{ path: at, message: 'has a user name or password, which is not sent; everything is signed instead' }];
  }
  try {
    if (!allowPrivateAddresses) refusePrivate(parsed.hostname);
    return [];
  } catch (error) {
    if (!(error instanceof PostbackError)) throw error;
    return [{ path: at, message: error.message }];
  }
}
