import { createKeyPair, createSecret } from '@tallyback/protocol';

/** Secrets of the test catalog; `acme` is in the middle of a rotation and has two. */
export const SECRETS = { acme: createSecret(), acmeNext: createSecret(), rival: createSecret() };
export const KEY_PAIR = createKeyPair();
export const TOKEN = 'open-sesame-123';

const EUR = 'EUR';

/** One campaign per behaviour; the campaign's key is the offer's. */
function offer(key: string, more: object = {}, advertiser = 'acme'): OfferSeed {
  return { key, advertiser, destination: `https://shop.example/${key}?clickid={clickid}`, currency: EUR, ...more };
}

type OfferSeed = Record<string, unknown> & { key: string };

const POLICIES = ['ignore', 'update', 'increment', 'new', 'once_per_click', 'reject'] as const;

const offers: OfferSeed[] = [
  offer('boots', {
    payout: [
      { event: 'lead', kind: 'fixed', amount: '2.00' },
      { kind: 'percent', percent: '10' },
    ],
  }),
  offer('macros', {
    destination:
      'https://shop.example/{sub2}/land?id={clickid}&s={sub1}&x={external_id}&c={campaign}&o={offer}&p={partner}' +
      '&cost={cost}&q={query.kw}&e={sub3}',
  }),
  offer('no-macro', { destination: 'https://shop.example/land' }),
  offer('no-macro-query', { destination: 'https://shop.example/land?a=1' }),
  offer('no-macro-fragment', { destination: 'https://shop.example/land?a=1#top' }),
  offer('yen', { currency: 'JPY', payout: [{ kind: 'percent', percent: '12.5' }] }),
  offer('dinar', { currency: 'KWD', payout: [{ kind: 'percent', percent: '2.5' }] }),
  offer('paused', { status: 'paused' }),
  offer('windowed', { window: { minSeconds: 60, maxSeconds: 3_600 } }),
  offer('leads-only', { events: ['lead'] }),
  offer('capped', { caps: { conversionsPerDay: 5 } }),
  offer('capped-month', { caps: { conversionsPerMonth: 2 } }),
  offer('capped-once', { caps: { conversionsTotal: 1 } }),
  offer('review', { defaultStatus: 'pending' }),
  offer('override', { allowPayoutOverride: true, payout: [{ kind: 'fixed', amount: '1.00' }] }),
  offer('network', { payoutIsRevenue: true, payout: [{ kind: 'percent', percent: '50' }] }, 'token'),
  ...POLICIES.map((policy) =>
    offer(policy.replaceAll('_', '-'), {
      duplicates: { purchase: policy },
      payout: [{ kind: 'percent', percent: '10' }],
    }),
  ),
  offer('rival-boots', {}, 'rival'),
  offer('by-token', { payout: [{ kind: 'percent', percent: '10' }] }, 'token'),
  offer('by-ip', {}, 'ip'),
  offer('open', { payout: [{ kind: 'percent', percent: '10' }] }, 'open'),
  offer('open-override', { allowPayoutOverride: true, payout: [{ kind: 'fixed', amount: '1.00' }] }, 'open'),
  offer('ed25519', {}, 'ed25519'),
];

export const CATALOG = {
  advertisers: [
    { key: 'acme', name: 'Acme', secrets: [SECRETS.acme, SECRETS.acmeNext] },
    { key: 'rival', secrets: [SECRETS.rival] },
    { key: 'token', accept: ['token', 'signature'], token: TOKEN, secrets: [SECRETS.acme] },
    { key: 'ip', accept: ['ip'], ipAllow: ['203.0.113.0/24', '2001:db8:1::/48'] },
    { key: 'open', accept: ['none'] },
    { key: 'ed25519', publicKeys: [KEY_PAIR.publicKey] },
  ],
  partners: [
    { key: 'blog', name: 'Blog' },
    { key: 'own-name', clickIdParameter: 'zoneid' },
  ],
  offers,
  campaigns: [
    ...offers.map(({ key }) => ({ key, partner: 'blog', offers: [{ offer: key }] })),
    { key: 'own-click-id', partner: 'own-name', offers: [{ offer: 'macros' }] },
    { key: 'see-other', partner: 'blog', offers: [{ offer: 'boots' }], redirect: 303 },
    { key: 'temporary', partner: 'blog', offers: [{ offer: 'boots' }], redirect: 307 },
    { key: 'closed', partner: 'blog', offers: [{ offer: 'boots' }], status: 'paused' },
    {
      key: 'closed-with-fallback',
      partner: 'blog',
      offers: [{ offer: 'boots' }],
      status: 'paused',
      fallbackUrl: 'https://shop.example/elsewhere',
    },
    {
      key: 'weighted',
      partner: 'blog',
      offers: [
        { offer: 'no-macro', weight: 0 },
        { offer: 'boots', weight: 1 },
        { offer: 'paused', weight: 1_000_000 },
      ],
    },
    { key: 'weightless', partner: 'blog', offers: [{ offer: 'boots', weight: 0 }] },
  ],
};
