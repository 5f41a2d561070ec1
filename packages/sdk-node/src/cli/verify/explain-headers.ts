import { createHmac } from 'node:crypto';
import { HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP } from '@tallyback/protocol';
import type { Headers } from './headers.js';

export interface HeaderEvidence {
  readonly headers: Headers;
  readonly keys: readonly string[];
  readonly body: Buffer;
}

/** An explanation with the key, the content and the form that it would mean. */
type Attempt = readonly [explanation: string, key: Buffer | string, content: Buffer, form?: 'hex' | 'base64url'];

const NEEDED = [HEADER_ID, HEADER_TIMESTAMP, HEADER_SIGNATURE];

/** What is wrong with the headers or keys themselves, in plain words; empty when it must be the body. */
export function explainHeaders(evidence: HeaderEvidence): readonly string[] {
  const missing = NEEDED.filter((name) => !evidence.headers.get(name));
  if (missing.length > 0) return explainMissing(missing, evidence.headers);
  const found = explainTimestamp(evidence) ?? explainForm(evidence) ?? explainKey(evidence);
  return found === undefined ? [] : [found];
}

function explainMissing(missing: readonly string[], headers: Headers): readonly string[] {
  const foreign = [...headers.keys()].filter((name) => /signature|hmac/i.test(name) && !NEEDED.includes(name));
  const lines = [`missing: ${missing.join(', ')}`];
  if (foreign.length > 0) lines.push(`it is signed in another scheme: ${foreign.join(', ')}`);
  else lines.push('a proxy may have stripped them, or the sender does not sign');
  return lines;
}

function explainTimestamp({ headers }: HeaderEvidence): string | undefined {
  const timestamp = headers.get(HEADER_TIMESTAMP) ?? '';
  if (/^\d{13}$/.test(timestamp)) return `${HEADER_TIMESTAMP} is in milliseconds; whole seconds are wanted`;
  if (!/^\d+$/.test(timestamp)) return `${HEADER_TIMESTAMP} is no number of unix seconds`;
  return undefined;
}

function explainForm({ headers, keys }: HeaderEvidence): string | undefined {
  const entries = (headers.get(HEADER_SIGNATURE) ?? '').split(' ').filter((entry) => entry !== '');
  if (entries.every((entry) => !entry.includes(','))) {
    return `no entry of ${HEADER_SIGNATURE} has a version: "v1," is to stand before each`;
  }
  const versions = new Set(entries.map((entry) => entry.split(',', 1)[0] ?? ''));
  const wanted = new Set(keys.map((key) => (key.startsWith('whsec_') ? 'v1' : 'v1a')));
  if ([...wanted].some((version) => versions.has(version))) return undefined;
  return `it is signed with ${[...versions].join(', ')}; the given keys check ${[...wanted].join(', ')}: give a ${
    wanted.has('v1') ? 'whpk_ public key' : 'whsec_ secret'
  }`;
}

/** Signatures with the right secret used, or written down, the wrong way. */
function explainKey({ headers, keys, body }: HeaderEvidence): string | undefined {
  const content = Buffer.concat([Buffer.from(`${headers.get(HEADER_ID)}.${headers.get(HEADER_TIMESTAMP)}.`), body]);
  const received = headers.get(HEADER_SIGNATURE) ?? '';
  for (const secret of keys.filter((key) => key.startsWith('whsec_'))) {
    const encoded = secret.slice('whsec_'.length);
    const key = Buffer.from(encoded, 'base64');
    const attempts: readonly Attempt[] = [
      ['the sender took the text of the secret as the key; what follows whsec_ is base64', secret, content],
      ['the sender took the secret without decoding it: what follows whsec_ is base64', encoded, content],
      ['the sender signed the body alone; id, timestamp and body are signed, joined by dots', key, body],
      ['the signature is written as hexadecimal; base64 is wanted', key, content, 'hex'],
      ['the signature is written as base64url or without padding; plain base64 is wanted', key, content, 'base64url'],
    ];
    const match = attempts.find(([, used, signed, form]) => {
      const mac = createHmac('sha256', used).update(signed);
      return received.includes(`,${mac.digest(form ?? 'base64')}`);
    });
    if (match) return match[0];
  }
  return undefined;
}
