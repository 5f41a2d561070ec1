import { snapConversions } from '../../../src/destinations.js';
import { jane } from '../deliver.js';
import { contact, type Platform, SECONDS, TOKEN, text } from './platform.js';

export const snapExample: Platform = {
  make: (options) => snapConversions({ ...options, pixelId: 'a-b-1', accessToken: TOKEN }),
  clickIds: { ScCid: 'click', _scid: 'cookie' },
  path: `/v3/a-b-1/events?access_token=${TOKEN}`,
  headers: {},
  body: {
    data: [
      {
        event_name: 'PURCHASE',
        event_time: SECONDS,
        event_id: 'A-1001',
        action_source: 'WEB',
        event_source_url: jane.sourceUrl,
        user_data: { ...contact, sc_click_id: 'click', sc_cookie1: 'cookie' },
        custom_data: { value: '49.90', currency: 'EUR', order_id: 'A-1001', content_ids: ['X1', 'Y'] },
      },
    ],
  },
  yes: [200, text({ status: 'SUCCESS', reason: 'SUCCESS' })],
  no: [
    [
      200,
      text({ status: 'INVALID', reason: 'no user', error_records: [{ reason: 'em is no hash' }] }),
      'em is no hash',
    ],
    [400, text({ status: 'ERROR', reason: 'bad event_time' }), 'bad event_time'],
  ],
  again: [
    [200, 'ok'],
    [401, text({ reason: 'expired' })],
  ],
};
