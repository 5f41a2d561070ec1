import { microsoftConversions } from '../../../src/destinations.js';
import { jane, sha256 } from '../deliver.js';
import { bearer, type Platform, SECONDS, TOKEN, text } from './platform.js';

export const microsoftExample: Platform = {
  make: (options) => microsoftConversions({ ...options, tagId: '97247724', accessToken: TOKEN }),
  clickIds: { msclkid: 'dd4afcccb1c9a4cad9544dd7e5006' },
  path: '/v1/97247724/events',
  headers: bearer,
  body: {
    data: [
      {
        eventType: 'custom',
        eventId: 'A-1001',
        eventName: 'purchase',
        eventTime: SECONDS,
        eventSourceUrl: jane.sourceUrl,
        userData: {
          msclkid: 'dd4afcccb1c9a4cad9544dd7e5006',
          em: sha256('janedoe@example.com'),
          ph: sha256('+491512345678'),
          externalId: sha256('C_81'),
          clientIpAddress: '203.0.113.9',
          clientUserAgent: 'Mozilla/5.0',
        },
        customData: {
          transactionId: 'A-1001',
          value: 49.9,
          currency: 'EUR',
          pageType: 'purchase',
          ecommTotalValue: 49.9,
          itemIds: ['X1', 'Y'],
          items: [
            { id: 'X1', quantity: 2, price: 19.95 },
            { id: 'Y', quantity: 1 },
          ],
        },
      },
    ],
    continueOnValidationError: false,
  },
  yes: [200, text({ eventsReceived: 1 })],
  no: [
    [
      400,
      text({
        error: { code: 'ValidationError', details: [{ propertyName: 'data[0].em', errorMessage: 'no SHA256' }] },
      }),
      'data[0].em: no SHA256',
    ],
    [
      200,
      text({ eventsReceived: 1, error: { details: [{ propertyName: 'data[0].ph', errorMessage: 'no SHA256' }] } }),
      'data[0].ph: no SHA256',
    ],
  ],
  again: [
    [200, '<html>'],
    [401, text({ error: { code: 'Unauthorized', message: 'You are not authorized' } })],
  ],
};
