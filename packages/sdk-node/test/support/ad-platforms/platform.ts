import type { AdPlatformOptions, Destination } from '../../../src/destinations.js';
import { message, NOW, sha256 } from '../deliver.js';

export const TOKEN = 'token-of-the-account';
export const SECONDS = NOW / 1000 - 60;
export const contact = {
  em: [sha256('jane.doe+news@example.com')],
  ph: [sha256('491512345678')],
  fn: [sha256('jane')],
  ln: [sha256('ohara')],
  db: [sha256('19900228')],
  ct: [sha256('badhomburg')],
  st: [sha256('he')],
  zp: [sha256('61348')],
  country: [sha256('de')],
  external_id: [sha256('c_81')],
  client_ip_address: '203.0.113.9',
  client_user_agent: 'Mozilla/5.0',
};

/** One ad platform: how it wants an event, and how it says yes, no and not now. */
export interface Platform {
  readonly make: (options: AdPlatformOptions) => Destination;
  readonly clickIds: Record<string, string>;
  readonly path: string;
  readonly method?: 'GET';
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly yes: readonly [number, string];
  readonly no: readonly (readonly [number, string, string])[];
  readonly again: readonly (readonly [number, string])[];
}

export const text = (value: unknown) => JSON.stringify(value);
export const bearer = { authorization: `Bearer ${TOKEN}` };

/** What was bought, a minute before it was reported. */
export const order = () =>
  message({
    occurredAt: '2026-11-22T09:59:00.000Z',
    items: [
      { sku: 'X1', quantity: 2, unitPrice: '19.95' },
      { sku: 'Y', quantity: 1 },
    ],
  });
