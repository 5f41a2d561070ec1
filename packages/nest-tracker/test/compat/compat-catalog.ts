import type { ReceiveSettings } from '@tallyback/protocol';

/** Where each network's postbacks come in. */
export const NETWORK_PATHS: Readonly<Record<string, string>> = {
  voluum: '/compat/voluum/postback',
  cake: '/compat/cake/p.ashx',
  everflow: '/compat/everflow/',
  thrivetracker: '/compat/thrivetracker/path/postback.php',
  tune: '/compat/tune/aff_lsr',
  redtrack: '/compat/redtrack/postback',
  keitaro: '/compat/keitaro/any-key/postback',
  binom: '/compat/binom/click.php',
};

/** A catalog with an open advertiser, offer and campaign per case, named by the case's key. */
export function compatCatalog(
  cases: readonly {
    key: string;
    network: string;
    settings?: ReceiveSettings | undefined;
    currency?: string | undefined;
  }[],
): Record<string, object[]> {
  return {
    advertisers: cases.map(({ key, network, settings }) => ({
      key,
      accept: ['none'],
      ...(settings && { compat: { [network]: settings } }),
    })),
    partners: [{ key: 'blog' }],
    offers: cases.map(({ key, currency = 'EUR' }) => ({
      key,
      advertiser: key,
      destination: 'https://shop.example/land?clickid={clickid}',
      currency,
    })),
    campaigns: cases.map(({ key }) => ({ key, partner: 'blog', offers: [{ offer: key }] })),
  };
}
