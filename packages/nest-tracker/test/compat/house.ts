import { createSecret } from '@tallyback/protocol';

export const TOKEN = 'net-token-77';
export const SECRET = createSecret();

const offer = (key: string, advertiser: string, more: object = {}) => ({
  key,
  advertiser,
  destination: `https://shop.example/${key}?clickid={clickid}`,
  currency: 'EUR',
  payout: [{ kind: 'percent', percent: '10' }],
  ...more,
});

const offers = [
  offer('open', 'open', { coupons: [{ code: 'OPEN', campaign: 'open' }] }),
  offer('ignoring', 'open', { duplicates: { purchase: 'ignore' } }),
  offer('paused', 'open', { status: 'paused' }),
  offer('yen', 'yen', { currency: 'JPY' }),
  offer('by-token', 'by-token', { currency: 'USD', coupons: [{ code: 'SPRING', campaign: 'by-token' }] }),
  offer('by-token-too', 'by-token'),
  offer('by-ip', 'by-ip'),
  offer('signing', 'signing', { allowPayoutOverride: true }),
  offer('lenient', 'lenient'),
  offer('own-names', 'own-names'),
];

/** A catalog for the compat routes: one advertiser per way of proving itself, and some with settings. */
export const HOUSE = {
  advertisers: [
    { key: 'open', accept: ['none'] },
    { key: 'yen', accept: ['none'] },
    { key: 'by-token', accept: ['token'], token: TOKEN },
    { key: 'by-ip', accept: ['ip'], ipAllow: ['203.0.113.0/24'] },
    { key: 'signing', secrets: [SECRET] },
    { key: 'lenient', accept: ['none'] },
    {
      key: 'own-names',
      accept: ['none'],
      compat: { thrivetracker: { parameters: { clickId: 'tid', transactionId: 'order', revenue: 'sum' } } },
    },
  ],
  partners: [{ key: 'blog' }],
  offers,
  campaigns: offers.map(({ key }) => ({ key, partner: 'blog', offers: [{ offer: key }] })),
};

/** The same, with an advertiser whose networks are answered 200 always. */
export const LENIENT_HOUSE = {
  ...HOUSE,
  advertisers: HOUSE.advertisers.map((advertiser) =>
    advertiser.key === 'lenient'
      ? { ...advertiser, compat: { tune: { alwaysOk: true }, redtrack: { alwaysOk: true } } }
      : advertiser,
  ),
};
