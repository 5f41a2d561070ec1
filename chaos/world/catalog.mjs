/** What the campaigns of a run sell, in which currency and with whom; the auditor's expectations come from here, too. */
export const CAMPAIGNS = {
  spring: { partner: 'blog', offer: 'boots', currency: 'EUR' },
  summer: { partner: 'mag', offer: 'boots', currency: 'EUR' },
  tokyo: { partner: 'blog', offer: 'fans', currency: 'JPY' },
};

/** What each partner wants to be told, by the path of its server. */
export const TELLINGS = {
  blog: [
    { path: '/blog/get', on: ['purchase'], status: ['approved'] },
    { path: '/blog/json', on: undefined, status: ['approved', 'rejected', 'refunded'] },
  ],
  mag: [{ path: '/mag/form', on: undefined, status: ['pending', 'approved'] }],
};

/** What a lead pays, in minor units of each currency. */
export const LEAD_PAYOUT = { EUR: 200, JPY: 300 };

const FIELDS = { tx: '{transaction_id}', click: '{clickid}', status: '{status}', sum: '{payout}', cur: '{currency}' };

/**
 * The tracker's seed.
 *
 * @param {{ partnerUrl: string, advertiserSecret: string, partnerSecret: string }} places
 */
export function seedOf({ partnerUrl, advertiserSecret, partnerSecret }) {
  const query = Object.entries(FIELDS).map(([name, macro]) => `${name}=${macro}`);
  const postback = ({ path, on, status }) => {
    const common = { on, status, allowHttp: true, secret: partnerSecret };
    if (path.endsWith('/get')) return { ...common, url: `${partnerUrl}${path}?${query.join('&')}` };
    return { ...common, url: `${partnerUrl}${path}`, body: { [path.split('/').at(-1)]: FIELDS } };
  };
  const offer = (key, currency, lead) => ({
    key,
    advertiser: 'acme',
    destination: `https://shop.example/${key}?clickid={clickid}`,
    currency,
    payout: [
      { event: 'purchase', kind: 'percent', percent: '10' },
      { event: 'lead', kind: 'fixed', amount: lead },
    ],
    // Never reached, but counted for.
    caps: { conversionsTotal: 100_000_000 },
  });
  return {
    advertisers: [{ key: 'acme', name: 'Acme', secrets: [advertiserSecret] }],
    offers: [offer('boots', 'EUR', '2.00'), offer('fans', 'JPY', '300')],
    partners: Object.entries(TELLINGS).map(([key, postbacks]) => ({ key, postbacks: postbacks.map(postback) })),
    campaigns: Object.entries(CAMPAIGNS).map(([key, { partner, offer }]) => ({
      key,
      partner,
      offers: [{ offer, weight: 1 }],
    })),
  };
}
