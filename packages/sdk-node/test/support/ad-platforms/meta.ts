import { metaConversions } from '../../../src/destinations.js';
import { jane } from '../deliver.js';
import { contact, type Platform, SECONDS, TOKEN, text } from './platform.js';

export const metaExample: Platform = {
  make: (options) => metaConversions({ ...options, pixelId: '123', accessToken: TOKEN, testEventCode: 'TEST1' }),
  clickIds: { fbclid: 'IwAR', _fbp: 'fb.1.2.3' },
  path: `/v25.0/123/events?access_token=${TOKEN}`,
  headers: {},
  body: {
    data: [
      {
        event_name: 'Purchase',
        event_time: SECONDS,
        event_id: 'A-1001',
        action_source: 'website',
        event_source_url: jane.sourceUrl,
        user_data: { ...contact, fbc: `fb.1.${SECONDS * 1000}.IwAR`, fbp: 'fb.1.2.3' },
        custom_data: {
          value: 49.9,
          currency: 'EUR',
          order_id: 'A-1001',
          content_type: 'product',
          contents: [
            { id: 'X1', quantity: 2, item_price: 19.95 },
            { id: 'Y', quantity: 1 },
          ],
          num_items: 3,
        },
      },
    ],
    test_event_code: 'TEST1',
  },
  yes: [200, text({ events_received: 1, fbtrace_id: 'x' })],
  no: [
    [
      400,
      text({ error: { message: 'Invalid parameter', code: 100, error_subcode: 2804003, is_transient: false } }),
      'Invalid parameter (code 100, subcode 2804003)',
    ],
    [404, '', 'HTTP 404'],
  ],
  again: [
    [200, '<html>welcome to our wifi</html>'],
    [200, text({ events_received: 0 })],
    [400, text({ error: { message: 'Error validating access token', code: 190 } })],
    [400, text({ error: { message: 'try again', code: 2, is_transient: true } })],
    [403, text({ error: { message: 'Application request limit reached', code: 4 } })],
  ],
};
