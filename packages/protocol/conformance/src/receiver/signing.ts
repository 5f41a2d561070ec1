import { type SigningKey, signatureOf, signedContent } from '../keys.js';
import type { KeyName, SignatureEntry, Signing } from './case.js';
import type { Target, TargetKeys } from './target.js';

/** The three parts of a signature as they are sent. */
export interface SignedParts {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** What is signed, given its id and timestamp. */
export type Content = (id: string, timestamp: string) => Buffer;

/** What signing depends on. */
export interface SigningContext {
  readonly target: Target;
  readonly keys: TargetKeys;
  /** The delivery's id unless the case has its own. */
  readonly id: string;
  readonly nowMs: number;
}

/** Signs as a case wants it, faults included. */
export function signParts(
  { id: ownId, timestamp: ownTimestamp, over = {}, ...signing }: Signing,
  { target, keys, id: defaultId, nowMs }: SigningContext,
  encoding: 'base64' | 'base64url',
  content: Content,
): SignedParts {
  const seconds = Math.floor(nowMs / 1000) + offset(signing, target.toleranceSeconds);
  const timestamp = ownTimestamp ?? `${seconds}`;
  const signedTimestamp = over.secondsAgo === undefined ? timestamp : `${seconds - over.secondsAgo}`;
  const { entries = [{}] } = signing;
  const otherAlphabet = entries.find((entry) => typeof entry === 'object' && isOther(entry.encoding, encoding));
  for (let n = 0; ; n += 1) {
    const id = ownId ?? (n === 0 ? defaultId : `${defaultId}_${n}`);
    const bytes = content(over.id ?? id, signedTimestamp);
    const list = entries.map((entry) => (typeof entry === 'string' ? entry : entryOf(entry, keys, encoding, bytes)));
    const signature = list.join(' ');
    // Every fourth signature looks the same in both alphabets, and would prove nothing.
    if (!otherAlphabet || /[+/_-]/.test(signature)) return { id, timestamp, signature };
  }
}

function isOther(encoding: SignatureEntry['encoding'], usual: 'base64' | 'base64url'): boolean {
  return encoding === (usual === 'base64' ? 'base64url' : 'base64');
}

/** The bytes of a message with what is signed in its place. */
export function messageContent(body: Buffer, over: Signing['over']): Content {
  return (id, timestamp) => signedContent(id, timestamp, signedBody(body, over?.body));
}

function signedBody(body: Buffer, form: 'compact' | 'shorter' | undefined): Buffer {
  if (form === 'compact') return Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))));
  return form === 'shorter' ? body.subarray(0, -1) : body;
}

function offset({ olderThanTolerated, aheadOfTolerated }: Signing, tolerance: number): number {
  if (olderThanTolerated !== undefined) return -(tolerance + olderThanTolerated);
  return aheadOfTolerated === undefined ? 0 : tolerance + aheadOfTolerated;
}

function entryOf(entry: SignatureEntry, keys: TargetKeys, usual: 'base64' | 'base64url', content: Buffer): string {
  const key = requireKey(keys, entry.key ?? 'secret');
  const whole = encode(signatureOf(key, content), entry.encoding ?? usual);
  const text = entry.cut === undefined ? whole : whole.slice(0, -entry.cut);
  const { version = key.version } = entry;
  return version === null ? text : `${version},${text}`;
}

function encode(signature: Buffer, encoding: NonNullable<SignatureEntry['encoding']>): string {
  if (encoding === 'unpadded') return signature.toString('base64').replace(/=+$/, '');
  return signature.toString(encoding);
}

function requireKey(keys: TargetKeys, name: KeyName): SigningKey {
  const key = keys[name];
  if (!key) throw new Error(`the case uses the key "${name}" without saying that it needs it`);
  return key;
}
