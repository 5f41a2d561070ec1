import { differences, isObject, parseJson, shown } from '../json.js';
import { isSignatureOf, signedContent } from '../keys.js';
import type { SenderCase } from './case.js';
import type { Attempt, Scene } from './script.js';
import type { SenderKeys, SenderSettings } from './settings.js';

const PATH = '/v1/conversions';
const ID = /^[A-Za-z0-9_-]{1,64}$/;
/** What a sender may add to what it was told. */
const ADDED = new Set(['event', 'occurredAt']);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** What is wrong with one attempt by itself. */
export function judgeAttempt(
  attempt: Attempt,
  { data, type }: Pick<Scene, 'data' | 'type'>,
  { signedWith }: Pick<SenderCase, 'signedWith'>,
  settings: SenderSettings,
  keys: SenderKeys,
): string[] {
  const { method, path } = attempt;
  const faults =
    method === 'POST' && path === PATH ? [] : [`expected POST ${PATH}, got ${method} ${path.slice(0, 120)}`];
  const contentType = text(attempt, 'content-type');
  if (contentType.split(';')[0]?.trim() !== 'application/json')
    faults.push(`content-type: ${shown(contentType)} is not application/json`);
  const advertiser = text(attempt, 'tallyback-advertiser');
  if (advertiser !== settings.advertiser)
    faults.push(`tallyback-advertiser: expected ${settings.advertiser}, got ${shown(advertiser)}`);
  return [...faults, ...judgeSignature(attempt, signedWith, settings, keys), ...judgeMessage(attempt, type, data)];
}

/** A header's text; empty when it is absent. */
export function text({ headers }: Attempt, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function judgeSignature(
  attempt: Attempt,
  signedWith: SenderCase['signedWith'],
  { toleranceSeconds }: SenderSettings,
  keys: SenderKeys,
): string[] {
  const [id, timestamp, list] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    text(attempt, name),
  );
  if (!id || !timestamp || !list) return ['webhook-id, webhook-timestamp and webhook-signature are needed'];
  const faults: string[] = [];
  if (!ID.test(id)) faults.push(`webhook-id: ${shown(id)} is not 1-64 letters, digits, "_" or "-"`);
  if (!/^\d{1,12}$/.test(timestamp)) faults.push(`webhook-timestamp: ${shown(timestamp)} is not unix seconds`);
  else if (Math.abs(attempt.at / 1000 - Number(timestamp)) > toleranceSeconds) {
    faults.push(`webhook-timestamp: ${timestamp} is further than ${toleranceSeconds} s from the clock`);
  }
  const content = signedContent(id, timestamp, attempt.body);
  const matches = (name: keyof SenderKeys) => {
    const key = keys[name];
    return key !== undefined && list.split(' ').some((entry) => isSignatureOf(key, content, entry));
  };
  const missing = (signedWith ?? []).filter((name) => !matches(name));
  if (missing.length > 0) return [...faults, `webhook-signature: none by ${missing.join(', none by ')}`];
  const any = (Object.keys(keys) as (keyof SenderKeys)[]).some(matches);
  return any ? faults : [...faults, 'webhook-signature: none is by a key that was given, over these bytes'];
}

/** The body says what the sender was told, no more and no less. */
function judgeMessage({ body }: Attempt, type: string, data: Scene['data']): string[] {
  const message = parseJson(body.toString('utf8'));
  if (!isObject(message) || !isObject(message.data)) return ['the body is no message'];
  const sent = message.data;
  const unknown = [
    ...Object.keys(message).filter((name) => !['type', 'timestamp', 'data'].includes(name)),
    ...Object.keys(sent)
      .filter((name) => !(name in data) && !ADDED.has(name))
      .map((name) => `data.${name}`),
  ];
  const time = typeof message.timestamp === 'string' && TIME.test(message.timestamp);
  return [
    ...unknown.map((name) => `${name}: nobody asked for this field`),
    ...(time ? [] : [`timestamp: expected RFC 3339 in UTC, got ${shown(message.timestamp)}`]),
    ...differences(type, message.type, 'type'),
    ...differences(data, sent, 'data'),
  ];
}
