import { openaiConversions } from '../../../src/destinations.js';
import { sha256 } from '../deliver.js';
import { bearer, type Platform, SECONDS, TOKEN, text } from './platform.js';

export const openaiExample: Platform = {
  make: (options) => openaiConversions({ ...options, pixelId: 'PX-1', accessToken: TOKEN }),
  clickIds: { oppref: 'oppref_abc' },
  path: '/v1/events?pid=PX-1',
  headers: bearer,
  body: {
    validate_only: false,
    events: [
      {
        id: 'A-1001',
        type: 'order_created',
        timestamp_ms: SECONDS * 1000,
        oppref: 'oppref_abc',
        action_source: 'web',
        source_url: 'https://shop.example/thanks',
        user: {
          emails_sha256: [sha256('jane.doe+news@example.com')],
          phone_numbers_sha256: [sha256('491512345678')],
          external_ids_sha256: [sha256('C_81')],
          first_names_sha256: [sha256('jane')],
          last_names_sha256: [sha256('ohara')],
          ip_address: '203.0.113.9',
          user_agent: 'Mozilla/5.0',
        },
        data: {
          type: 'contents',
          amount: 4990,
          currency: 'EUR',
          contents: [
            { id: 'X1', quantity: 2, amount: 1995, currency: 'EUR' },
            { id: 'Y', quantity: 1 },
          ],
        },
      },
    ],
  },
  yes: [200, '{}'],
  no: [
    [400, text({ error: { message: 'Missing required field: events' } }), 'Missing required field: events'],
    [200, text({ errors: [{ message: 'events[0].id' }] }), 'events[0].id'],
  ],
  again: [
    [200, '<html>'],
    [401, text({ error: { message: 'Missing scopes: ads.third_party_events.write' } })],
  ],
};
