import { parseClickId } from './click-id.js';
import type { Parsed } from './faults.js';
import { FaultList, FieldReader, storableFault } from './field-reader.js';

/** Whether the visitor allowed that the click is stored and used for advertising. */
export type ClickConsent = 'granted' | 'pending' | 'denied';

/** What a browser knows about a visit, for the server on which the visitor converts. */
export interface ClickToken {
  /** Our click id; absent when the visitor came through no tracked link. */
  readonly clickId?: string;
  /** When the visitor clicked, in seconds since 1970. */
  readonly clickedAt: number;
  /** Ids that ad platforms appended to the landing URL or keep in cookies, by name: `gclid`, `fbp`, ... */
  readonly platformIds?: Readonly<Record<string, string>>;
  readonly consent?: ClickConsent;
}

/** Tells the format and its version. */
export const CLICK_TOKEN_PREFIX = 'tb1.';

/** Longest click token, in characters. It travels in a form field or a header. */
export const MAX_CLICK_TOKEN_LENGTH = 2_048;

const CONSENTS: readonly unknown[] = ['granted', 'pending', 'denied'] satisfies ClickConsent[];
const PLATFORM_NAME = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;
const MAX_PLATFORM_ID_LENGTH = 512;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Writes a click token: `tb1.` and base64url of its JSON. It is not signed: it says nothing that the browser could not say
 * anyway.
 *
 * @throws RangeError when it would be longer than {@link MAX_CLICK_TOKEN_LENGTH}
 */
export function createClickToken({ clickId, clickedAt, platformIds, consent }: ClickToken): string {
  const json = JSON.stringify({ c: clickId, t: Math.floor(clickedAt), p: platformIds, k: consent });
  const token = CLICK_TOKEN_PREFIX + Buffer.from(json).toString('base64url');
  if (token.length <= MAX_CLICK_TOKEN_LENGTH) return token;
  throw new RangeError(
    `the click token would have ${token.length} characters; at most ${MAX_CLICK_TOKEN_LENGTH} are allowed`,
  );
}

/** Reads what a browser sent, reporting every fault at once. Fields that a newer version may add are ignored. */
export function parseClickToken(text: unknown): Parsed<ClickToken> {
  const list = new FaultList();
  const token = read(text, list);
  return token && list.faults.length === 0 ? { ok: true, value: token } : { ok: false, faults: list.faults };
}

function read(text: unknown, list: FaultList): ClickToken | undefined {
  const json = decoded(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const detail = 'must be a click token such as "tb1.eyJjIjoi...", as token() of the browser SDK gives it';
    list.add('malformed_request', '', detail);
    return undefined;
  }
  const fields = FieldReader.open(json, '', Object.keys(json), list) as FieldReader;
  const clickId = clickIdOf(fields);
  const clickedAt = fields.required('t', 'the time of the click is missing');
  if (clickedAt !== undefined && !(Number.isSafeInteger(clickedAt) && (clickedAt as number) >= 0)) {
    fields.fault('invalid_field', 't', 'must be a time in whole seconds since 1970');
  }
  const platformIds = platformIdsOf(fields, list);
  const consent = fields.get('k');
  if (consent !== undefined && !CONSENTS.includes(consent)) {
    fields.fault('invalid_field', 'k', `must be one of ${CONSENTS.join(', ')}`);
  }
  return {
    clickedAt: clickedAt as number,
    ...(clickId === undefined ? {} : { clickId }),
    ...(platformIds === undefined ? {} : { platformIds }),
    ...(consent === undefined ? {} : { consent: consent as ClickConsent }),
  };
}

function clickIdOf(fields: FieldReader): string | undefined {
  const given = fields.string('c', '"01k8z7m3n4p5q6r7s8t9v0w1x2"');
  if (given === undefined) return undefined;
  return parseClickId(given) ?? fields.fault('invalid_field', 'c', 'must be a click id of 26 characters');
}

function platformIdsOf(fields: FieldReader, list: FaultList): Record<string, string> | undefined {
  const given = fields.get('p');
  if (given === undefined) return undefined;
  const ids: Record<string, string> = {};
  const own = FieldReader.open(given, 'p', Object.keys(given ?? {}), list);
  for (const [name, id] of Object.entries(own ? (given as object) : {})) {
    const fits = PLATFORM_NAME.test(name) && typeof id === 'string' && id !== '' && id.length <= MAX_PLATFORM_ID_LENGTH;
    // The name came from outside: it is not repeated.
    if (fits && storableFault(id) === undefined) ids[name] = id;
    else
      list.add(
        'invalid_field',
        'p',
        `names must match ${PLATFORM_NAME}, ids have 1 to ${MAX_PLATFORM_ID_LENGTH} characters`,
      );
  }
  return ids;
}

function decoded(text: unknown): unknown {
  if (typeof text !== 'string' || text.length > MAX_CLICK_TOKEN_LENGTH || !text.startsWith(CLICK_TOKEN_PREFIX)) return;
  const encoded = text.slice(CLICK_TOKEN_PREFIX.length);
  if (!BASE64URL.test(encoded)) return;
  try {
    const bytes = Buffer.from(encoded, 'base64url');
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
