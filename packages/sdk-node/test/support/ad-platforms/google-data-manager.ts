import { googleDataManager } from '../../../src/destinations.js';
import { sha256 } from '../deliver.js';
import { bearer, type Platform, TOKEN, text } from './platform.js';

export const googleDataManagerExample: Platform = {
  make: (options) =>
    googleDataManager({ ...options, customerId: '987-654-3210', conversionActions: '77', auth: () => TOKEN }),
  clickIds: { wbraid: 'w1' },
  path: '/v1/events:ingest',
  headers: bearer,
  body: {
    destinations: [
      { operatingAccount: { accountType: 'GOOGLE_ADS', accountId: '9876543210' }, productDestinationId: '77' },
    ],
    events: [
      {
        transactionId: 'A-1001',
        eventTimestamp: '2026-11-22T09:59:00.000Z',
        eventSource: 'WEB',
        adIdentifiers: { wbraid: 'w1' },
        userData: {
          userIdentifiers: [
            { emailAddress: sha256('jane.doe+news@example.com') },
            { phoneNumber: sha256('+491512345678') },
            {
              address: {
                givenName: sha256('jane'),
                familyName: sha256("o'hara"),
                regionCode: 'DE',
                postalCode: '61348',
              },
            },
          ],
        },
        conversionValue: 49.9,
        currency: 'EUR',
      },
    ],
    encoding: 'HEX',
    validateOnly: false,
  },
  yes: [200, text({ requestId: 'r1' })],
  no: [
    [
      400,
      text({
        error: { message: 'bad', details: [{ fieldViolations: [{ field: 'events[0]', description: 'old' }] }] },
      }),
      'events[0]: old',
    ],
  ],
  again: [
    [200, '{}'],
    [401, text({ error: { code: 401 } })],
    [403, text({ error: { code: 403, message: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' } })],
  ],
};
