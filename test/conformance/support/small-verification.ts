import { createHmac, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { percentEncode } from '@tallyback/protocol';
import type { ReceiverFault as Fault } from './receiver-faults.js';

/** What a small receiver knows of its sender. */
export interface Sender {
  readonly secrets: readonly string[];
  readonly publicKey: string;
  /** Proves the advertiser that signs nothing. */
  readonly token?: string;
}

/** The reason of a refusal; `undefined` when the sender is proven. */
export type Doubt = 'signature_missing' | 'signature_invalid' | 'timestamp_out_of_tolerance' | undefined;

/** The three parts of a signature as they came. */
export interface Parts {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Checks signatures as briefly as the standard can be read, and, where it is told to, wrongly. */
export class Verification {
  readonly #secrets: readonly Buffer[];
  readonly #publicKey: KeyObject;

  constructor(
    sender: Sender,
    private readonly fault: Fault,
  ) {
    const secrets = fault === 'knows one secret' ? sender.secrets.slice(0, 1) : sender.secrets;
    this.#secrets = secrets.map((text) => Buffer.from(text.slice('whsec_'.length), 'base64'));
    if (fault === 'takes the text of the secret for the key')
      this.#secrets = [...this.#secrets, ...secrets.map((text) => Buffer.from(text))];
    const key = Buffer.concat([SPKI, Buffer.from(sender.publicKey.slice('whpk_'.length), 'base64')]);
    this.#publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
  }

  message(parts: Parts, body: Buffer): Doubt {
    return this.#check(parts, 'base64', (id, timestamp) =>
      Buffer.concat([Buffer.from(`${id}.${timestamp}.`), this.#signedBody(body)]),
    );
  }

  url(method: string, path: string, query: string): Doubt {
    const pairs = query.split('&').filter((part) => part !== '');
    const all = (name: string) =>
      pairs.filter((part) => part.startsWith(`${name}=`)).map((part) => decode(part.slice(name.length + 1)));
    if (
      this.fault !== 'takes parts that come twice' &&
      ['tb_id', 'tb_ts', 'tb_sig'].some((name) => all(name).length > 1)
    )
      return 'signature_invalid';
    const parts = { id: all('tb_id')[0], timestamp: all('tb_ts')[0], signature: all('tb_sig')[0] };
    const once =
      this.fault === 'takes parts that come twice'
        ? pairs.filter((part, index) => pairs.indexOf(part) === index)
        : pairs;
    const canonical = this.#canonical(once);
    return this.#check(parts, 'base64url', (id, timestamp) =>
      Buffer.from(
        `${id}.${timestamp}.${this.fault === 'verifies every postback as GET' ? 'GET' : method}\n${path}\n${canonical}`,
      ),
    );
  }

  #signedBody(body: Buffer): Buffer {
    if (this.fault === 'signs text as Latin-1') return Buffer.from(body.toString('utf8'), 'latin1');
    if (this.fault !== 'signs what it parsed') return body;
    try {
      return Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))));
    } catch {
      return body;
    }
  }

  #canonical(pairs: readonly string[]): string {
    const others = pairs.filter((part) => !part.startsWith('tb_sig='));
    const encode = this.fault === 'encodes URLs as browsers do' ? encodeURIComponent : percentEncode;
    const written = others.map((part) => {
      if (this.fault === 'takes percent-encoding as it came') return part.includes('=') ? part : `${part}=`;
      const [name = '', value = ''] = part.split(/=(.*)/s);
      const read = this.fault === 'takes a plus for a plus' ? decodeURIComponent : decode;
      return `${encode(read(name))}=${encode(read(value))}`;
    });
    if (this.fault === 'does not sort parameters') return written.join('&');
    const byName = (a: string, b: string) => {
      const [x = '', y = ''] = [a.split('=')[0], b.split('=')[0]];
      if (this.fault === 'sorts parameters as people do') return x.localeCompare(y);
      return x === y ? Number(a > b) - Number(a < b) : Number(x > y) - Number(x < y);
    };
    return written.sort(byName).join('&');
  }

  #check(
    { id, timestamp, signature }: Parts,
    encoding: 'base64' | 'base64url',
    content: (id: string, timestamp: string) => Buffer,
  ): Doubt {
    const { fault } = this;
    if (fault === 'takes unsigned messages' && !signature) return undefined;
    if (!id || !timestamp || !signature)
      return fault === 'takes what is half signed for signed' && signature ? undefined : 'signature_missing';
    const form = fault === 'takes ids of 36 characters at most' ? /^[\w-]{1,36}$/ : /^[\w-]{1,64}$/;
    if (fault !== 'takes any text for an id' && !form.test(id)) return 'signature_invalid';
    if (fault !== 'reads the digits that a timestamp begins with' && !/^\d+$/.test(timestamp))
      return 'signature_invalid';
    if (!this.#signed(signature, encoding, content(id, timestamp))) return 'signature_invalid';
    const age = Date.now() / 1000 - Number.parseInt(timestamp, 10);
    const [past, future] = TOLERANCES[fault] ?? [300, 300];
    return age > past || -age > future ? 'timestamp_out_of_tolerance' : undefined;
  }

  #signed(list: string, encoding: 'base64' | 'base64url', content: Buffer): boolean {
    const { fault } = this;
    if (fault === 'verifies nothing') return true;
    const all = list.split(' ');
    const first = fault === 'looks at the last signature alone' ? all.length - 1 : 0;
    const entries = all.slice(first, fault === 'looks at the first signature alone' ? 1 : all.length);
    for (const entry of entries) {
      const [version = '', text = ''] = entry.split(',');
      if (fault === 'stops at versions that it does not know' && !['v1', 'v1a'].includes(version)) return false;
      if (fault === 'breaks at entries that are none' && !/^\w+,.+$/.test(entry)) throw new Error('not a signature');
      const mac = fault === 'does not look at versions' || version === 'v1';
      if (
        mac &&
        this.#secrets.some((key) => this.#same(createHmac('sha256', key).update(content).digest(), text, encoding))
      )
        return true;
      if (version === 'v1a' && this.#signedByKey(text, content)) return true;
    }
    return false;
  }

  #same(signature: Buffer, text: string, encoding: 'base64' | 'base64url'): boolean {
    const right = signature.toString(encoding);
    if (this.fault === 'compares as much as is there') return text !== '' && right.startsWith(text);
    if (this.fault === 'decodes base64 leniently') return signature.equals(Buffer.from(text, 'base64'));
    if (this.fault === 'takes hexadecimal, too' && text === signature.toString('hex')) return true;
    return text === right;
  }

  #signedByKey(text: string, content: Buffer): boolean {
    if (this.fault === 'takes any ed25519 signature') return true;
    return (
      this.fault !== 'does not know ed25519' && verify(null, content, this.#publicKey, Buffer.from(text, 'base64'))
    );
  }
}

const TOLERANCES: Readonly<Partial<Record<Fault, readonly [number, number]>>> = {
  'tolerates every age': [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  'tolerates every future': [300, Number.POSITIVE_INFINITY],
  'tolerates a minute': [60, 60],
};

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
