import { tiktokEvents } from '../../../src/destinations.js';
import { jane, sha256 } from '../deliver.js';
import { type Platform, SECONDS, TOKEN, text } from './platform.js';

export const tiktokExample: Platform = {
  make: (options) => tiktokEvents({ ...options, pixelCode: 'C123', accessToken: TOKEN, testEventCode: 'TEST2' }),
  clickIds: { ttclid: 'E.C.P.1', _ttp: '2F7h' },
  path: '/open_api/v1.3/event/track/',
  headers: { 'access-token': TOKEN },
  body: {
    event_source: 'web',
    event_source_id: 'C123',
    test_event_code: 'TEST2',
    data: [
      {
        event: 'CompletePayment',
        event_time: SECONDS,
        event_id: 'A-1001',
        user: {
          email: sha256('jane.doe+news@example.com'),
          phone: sha256('+491512345678'),
          external_id: sha256('c_81'),
          first_name: sha256('jane'),
          last_name: sha256('ohara'),
          zip_code: sha256('61348'),
          ip: '203.0.113.9',
          user_agent: 'Mozilla/5.0',
          ttclid: 'E.C.P.1',
          ttp: '2F7h',
        },
        page: { url: jane.sourceUrl },
        properties: {
          value: 49.9,
          currency: 'EUR',
          order_id: 'A-1001',
          content_type: 'product',
          contents: [
            { content_id: 'X1', quantity: 2, price: 19.95 },
            { content_id: 'Y', quantity: 1 },
          ],
        },
      },
    ],
  },
  yes: [200, text({ code: 0, message: 'OK', data: {} })],
  no: [[200, text({ code: 40002, message: 'Invalid event_source_id' }), 'code 40002: Invalid event_source_id']],
  again: [
    [200, text({ code: 40100, message: 'Too many requests' })],
    [200, text({ code: 40105, message: 'Access token is incorrect or has been revoked.' })],
    [200, text({ code: 50000, message: 'System error' })],
    [200, '<html>'],
    [502, '<html>'],
  ],
};
