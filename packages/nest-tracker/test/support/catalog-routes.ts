import { expect } from '@jest/globals';
import { type Answer, type Json, manage } from './requests.js';
import { offerOf } from './small-catalog.js';
import type { Tracker } from './start-tracker.js';

/** Makes an object of the catalog. */
export function create(tracker: Tracker, list: string, body: Json): Promise<Answer> {
  return manage(tracker, `/v1/${list}`, { method: 'POST', body });
}

export function read(tracker: Tracker, path: string): Promise<Answer> {
  return manage(tracker, `/v1/${path}`);
}

/** Changes what is there as it stands. */
export async function change(tracker: Tracker, method: string, path: string, body?: Json): Promise<Answer> {
  const { headers } = await read(tracker, path);
  return manage(tracker, `/v1/${path}`, { method, body, etag: headers.etag });
}

/** A campaign with an offer of its own, both made by management routes. */
export async function campaignOf(tracker: Tracker, key: string, offer: Json = {}): Promise<void> {
  expect((await create(tracker, 'offers', offerOf(key, offer))).status).toBe(201);
  const campaign = await create(tracker, 'campaigns', { key, partner: 'blog', offers: [{ offer: key }] });
  expect(campaign.status).toBe(201);
}
