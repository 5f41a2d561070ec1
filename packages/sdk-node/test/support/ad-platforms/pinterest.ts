import { pinterestConversions } from '../../../src/destinations.js';
import { jane, sha256 } from '../deliver.js';
import { bearer, contact, type Platform, SECONDS, TOKEN, text } from './platform.js';

export const pinterestExample: Platform = {
  make: (options) => pinterestConversions({ ...options, adAccountId: '549', accessToken: TOKEN, test: true }),
  clickIds: { epik: 'dj0y' },
  path: '/v5/ad_accounts/549/events?test=true',
  headers: bearer,
  body: {
    data: [
      {
        event_name: 'checkout',
        event_time: SECONDS,
        event_id: 'A-1001',
        action_source: 'web',
        event_source_url: jane.sourceUrl,
        user_data: { ...contact, external_id: [sha256('C_81')], click_id: 'dj0y' },
        custom_data: {
          value: '49.90',
          currency: 'EUR',
          order_id: 'A-1001',
          content_ids: ['X1', 'Y'],
          contents: [
            { id: 'X1', quantity: 2, item_price: '19.95' },
            { id: 'Y', quantity: 1 },
          ],
          num_items: 3,
        },
      },
    ],
  },
  yes: [200, text({ num_events_received: 1, num_events_processed: 1, events: [{ status: 'processed' }] })],
  no: [
    [
      200,
      text({
        num_events_received: 1,
        num_events_processed: 0,
        events: [{ status: 'failed', error_message: 'em bad' }],
      }),
      'em bad',
    ],
    [422, text({ code: 4196, message: 'Not all events were processed', details: {} }), 'Not all events'],
  ],
  again: [
    [200, '{}'],
    [401, text({ code: 2, message: 'Authentication failed.' })],
    [429, text({ code: 8, message: 'rate limit' })],
    [503, text({ code: 4197, message: 'ramped down' })],
  ],
};
