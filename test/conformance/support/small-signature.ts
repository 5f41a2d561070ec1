import { createHmac, createPrivateKey, sign } from 'node:crypto';
import type { SenderFault as Fault } from './sender-faults.js';

/** What a small sender signs with. */
export interface SenderKeys {
  readonly secrets: readonly string[];
  readonly secretKey: string;
}

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The signatures of a message by every key, or what a careless sender takes for them. */
export function signature(
  { secrets, secretKey }: SenderKeys,
  id: string,
  timestamp: string,
  body: Buffer,
  fault: Fault,
): string {
  const bytes = fault === 'signs text as Latin-1' ? Buffer.from(body.toString('utf8'), 'latin1') : body;
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), bytes]);
  const encoding = fault === 'signs in hexadecimal' ? 'hex' : 'base64';
  const used = fault === 'signs with one secret' ? secrets.slice(0, 1) : secrets;
  const entries = used.map((text) => {
    const secret = Buffer.from(text.slice('whsec_'.length), 'base64');
    const key = fault === 'signs by another secret' ? Buffer.alloc(32) : secret;
    return `v1,${createHmac('sha256', key).update(content).digest(encoding)}`;
  });
  const byKey = [
    'does not sign by ed25519',
    'signs in hexadecimal',
    'signs by another secret',
    'signs text as Latin-1',
  ].includes(fault);
  if (byKey) return entries.join(' ');
  const seed = Buffer.from(secretKey.slice('whsk_'.length), 'base64').subarray(0, 32);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  return [...entries, `v1a,${sign(null, content, key).toString('base64')}`].join(' ');
}
