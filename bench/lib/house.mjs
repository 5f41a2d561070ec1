/** Who signs in every benchmark: the value is no secret. */
export const ADVERTISER = 'acme';
export const SECRET = `whsec_${'A'.repeat(43)}=`;

/** The catalog of every tracker in a benchmark. */
export const seed = {
  advertisers: [{ key: ADVERTISER, secrets: [SECRET] }],
  offers: [
    {
      key: 'boots',
      advertiser: ADVERTISER,
      currency: 'EUR',
      destination: 'https://shop.example/land?clickid={clickid}',
      payout: [{ kind: 'percent', percent: '10' }],
    },
  ],
  partners: [{ key: 'blog' }],
  campaigns: [{ key: 'spring', partner: 'blog', offers: [{ offer: 'boots' }] }],
};
