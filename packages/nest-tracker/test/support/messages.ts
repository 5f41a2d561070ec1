import { randomBytes } from 'node:crypto';
import { HEADER_ADVERTISER, signUrl } from '@tallyback/protocol';
import { Webhook } from 'standardwebhooks';
import { SECRETS } from './catalog.js';
import { type Answer, type Json, manage, send } from './requests.js';
import type { Tracker } from './start-tracker.js';

export interface MessageOptions {
  readonly id?: string;
  readonly advertiser?: string;
  readonly secret?: string;
  readonly at?: Date;
  readonly headers?: Record<string, string>;
}

/** Where a transaction id that no other test uses comes from. */
export function unique(prefix = 'T'): string {
  return `${prefix}-${randomBytes(8).toString('hex')}`;
}

/** The body of a `conversion.created`. */
export function created(data: Json, at = new Date()): Json {
  return { type: 'conversion.created', timestamp: at.toISOString(), data };
}

/** The body of a `conversion.updated`. */
export function updated(data: Json, at = new Date()): Json {
  return { type: 'conversion.updated', timestamp: at.toISOString(), data };
}

/** The headers of a message signed by the published `standardwebhooks` library. */
export function signedHeaders(body: string, options: MessageOptions = {}): Record<string, string> {
  const { id = unique('msg'), advertiser = 'acme', secret = SECRETS.acme, at = new Date(), headers } = options;
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
    [HEADER_ADVERTISER]: advertiser,
    ...headers,
  };
}

/** Sends a signed message. */
export function post(tracker: Tracker, message: Json | string, options: MessageOptions = {}): Promise<Answer> {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  return send(tracker, '/v1/conversions', { method: 'POST', body, headers: signedHeaders(body, options) });
}

/** Sends a signed `conversion.created`. */
export function report(tracker: Tracker, data: Json, options?: MessageOptions): Promise<Answer> {
  return post(tracker, created(data, options?.at), options);
}

/** Sends a signed `conversion.updated`. */
export function change(tracker: Tracker, data: Json, options?: MessageOptions): Promise<Answer> {
  return post(tracker, updated(data, options?.at), options);
}

/** Decides about a conversion by hand; one that is not there is asked for under an id that nothing has. */
export async function decide(
  tracker: Tracker,
  { clickId, transactionId, ...decision }: Json & { clickId?: string; transactionId: string },
): Promise<Answer> {
  const filters = new URLSearchParams({ transactionId, ...(clickId !== undefined && { clickId }) });
  const { body } = await manage(tracker, `/v1/conversions?${filters}`);
  const [conversion] = body.items as Json[];
  return manage(tracker, `/v1/conversions/${conversion?.id ?? '00000000000000000000000000'}/status`, {
    method: 'POST',
    body: decision,
  });
}

/** Sends a signed batch. */
export function postBatch(tracker: Tracker, messages: unknown, options: MessageOptions = {}): Promise<Answer> {
  const body = typeof messages === 'string' ? messages : JSON.stringify({ messages });
  return send(tracker, '/v1/conversions/batch', { method: 'POST', body, headers: signedHeaders(body, options) });
}

/** Path and query of a classic postback. */
export function postback(parameters: Record<string, string>): string {
  return `/postback?${new URLSearchParams(parameters)}`;
}

/** Path and query of a classic postback with a URL signature. */
export function signedPostback(
  tracker: Pick<Tracker, 'url'>,
  parameters: Record<string, string>,
  options: { method?: string; id?: string; secret?: string; at?: number } = {},
): string {
  const { method = 'GET', id = unique('url'), secret = SECRETS.acme, at = Date.now() } = options;
  const url = signUrl({
    method,
    url: `${tracker.url}${postback(parameters)}`,
    id,
    timestamp: Math.floor(at / 1000),
    keys: secret,
  });
  return url.slice(tracker.url.length);
}
