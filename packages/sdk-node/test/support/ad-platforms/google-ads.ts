import { googleAds } from '../../../src/destinations.js';
import { sha256 } from '../deliver.js';
import { googleFailure, partial } from './google-failure.js';
import { bearer, type Platform, TOKEN, text } from './platform.js';

export const googleAdsExample: Platform = {
  make: (options) =>
    googleAds({
      ...options,
      customerId: '987-654-3210',
      loginCustomerId: '999',
      conversionActions: { purchase: '77' },
      developerToken: 'dev-token',
      auth: TOKEN,
    }),
  clickIds: { gclid: 'Cj0K' },
  path: '/v26/customers/9876543210:uploadClickConversions',
  headers: { ...bearer, 'developer-token': 'dev-token', 'login-customer-id': '999' },
  body: {
    conversions: [
      {
        conversionAction: 'customers/9876543210/conversionActions/77',
        gclid: 'Cj0K',
        conversionDateTime: '2026-11-22 09:59:00+00:00',
        conversionValue: 49.9,
        currencyCode: 'EUR',
        orderId: 'A-1001',
        userIdentifiers: [
          { hashedEmail: sha256('jane.doe+news@example.com') },
          { hashedPhoneNumber: sha256('+491512345678') },
        ],
      },
    ],
    partialFailure: true,
    validateOnly: false,
  },
  yes: [200, text({ results: [{ gclid: 'Cj0K' }], jobId: '1' })],
  no: [
    [200, partial('EXPIRED_EVENT'), 'EXPIRED_EVENT'],
    [200, partial('CUSTOMER_NOT_ALLOWLISTED_FOR_THIS_FEATURE', 'notAllowlistedError'), 'googleDataManager()'],
    [400, text({ error: { code: 400, message: 'Invalid JSON payload' } }), 'Invalid JSON payload'],
  ],
  again: [
    [200, '<html>'],
    [200, partial('TOO_RECENT_EVENT')],
    [200, partial('TOO_RECENT_CONVERSION_ACTION')],
    [401, text({ error: { code: 401, status: 'UNAUTHENTICATED' } })],
    [403, text({ error: { code: 403, ...googleFailure('USER_PERMISSION_DENIED', 'authorizationError') } })],
    [429, text({ error: { code: 429, ...googleFailure('RESOURCE_EXHAUSTED', 'quotaError') } })],
  ],
};
