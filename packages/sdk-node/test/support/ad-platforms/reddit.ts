import { redditConversions } from '../../../src/destinations.js';
import { jane, sha256 } from '../deliver.js';
import { bearer, type Platform, SECONDS, TOKEN, text } from './platform.js';

export const redditExample: Platform = {
  make: (options) => redditConversions({ ...options, pixelId: 'a2_abc', accessToken: TOKEN, testId: 't2' }),
  clickIds: { rdt_cid: '123', _rdt_uuid: '171.a-b' },
  path: '/api/v3/pixels/a2_abc/conversion_events',
  headers: bearer,
  body: {
    data: {
      test_id: 't2',
      events: [
        {
          event_at: SECONDS * 1000,
          action_source: 'WEBSITE',
          event_source_url: jane.sourceUrl,
          click_id: '123',
          type: { tracking_type: 'PURCHASE' },
          user: {
            email: sha256('janedoe@example.com'),
            phone_number: sha256('+491512345678'),
            external_id: sha256('C_81'),
            ip_address: sha256('203.0.113.9'),
            user_agent: 'Mozilla/5.0',
            uuid: '171.a-b',
          },
          metadata: {
            conversion_id: 'A-1001',
            value: 49.9,
            currency: 'EUR',
            item_count: 3,
            products: [{ id: 'X1' }, { id: 'Y' }],
          },
        },
      ],
    },
  },
  yes: [200, text({ data: { message: 'Successfully processed 1 conversion events.' } })],
  no: [
    [
      400,
      text({ error: { code: 400, message: 'bad', fields: [{ field: 'event_at', message: 'old' }] } }),
      'event_at: old',
    ],
    [200, text({ error: { message: 'refused' } }), 'refused'],
  ],
  again: [
    [200, ''],
    [403, text({ error: { message: 'no permission for this pixel' } })],
    [500, ''],
  ],
};
