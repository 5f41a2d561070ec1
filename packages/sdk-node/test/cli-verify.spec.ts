import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createKeyPair, createSecret, createSigner, signUrl } from '@tallyback/protocol';
import { answer, tallyback } from './support/cli.js';
import { tempDirs } from './support/temp-dir.js';

const SECRET = createSecret();
const dirs = tempDirs();

function file(name: string, content: string | Uint8Array): string {
  const path = join(dirs(), name);
  writeFileSync(path, content);
  return path;
}

describe('tallyback verify', () => {
  const body = JSON.stringify({ type: 'conversion.created', note: 'Zoë', items: [1, { a: true }] });
  const signed = createSigner(SECRET).headers({ id: 'msg_1', timestamp: 1_795_355_457, body });
  const env = { TALLYBACK_SECRET: SECRET };

  const check = (sent: string | Uint8Array, headers: Record<string, string> = signed, more: readonly string[] = []) =>
    answer(['verify', '--headers', file('h.json', JSON.stringify(headers)), '--body', file('body', sent), ...more], {
      env,
    });

  it('confirms a genuine request, however its headers were written down', async () => {
    expect(await check(body)).toMatchObject({ code: 0, value: { ok: true, genuine: true, id: 'msg_1' } });
    const lines = Object.entries(signed).map(([name, value]) => `> ${name.toUpperCase()}: ${value}`);
    const headers = file('h.txt', ['> POST /v1/conversions HTTP/1.1', ...lines].join('\r\n'));
    const secret = file('secret', `${createSecret()}\n${SECRET}\n`);
    const { code, out } = await tallyback(['verify', '--headers', headers, '--body', '-', '--secret-file', secret], {
      input: body,
    });
    expect(code).toBe(0);
    expect(out).toMatch(/^genuine\nsigned at 2026-11-22T13:50:57.000Z/);
    expect(out).not.toContain(SECRET);
  });

  it('judges the age only when told when it was received', async () => {
    expect(await check(body, signed, ['--at', '2026-11-22T13:55:57Z'])).toMatchObject({ code: 0 });
    expect(await check(body, signed, ['--at', '2026-11-22T13:55:58Z'])).toMatchObject({
      code: 1,
      value: { genuine: true, reason: 'timestamp_out_of_tolerance' },
    });
    expect(await check(body, signed, ['--at', '1795355758', '--tolerance', '301'])).toMatchObject({ code: 0 });
  });

  it.each([
    ['a line end that an editor appended', `${body}\n`, /line end that was not sent/],
    ['indented JSON', JSON.stringify(JSON.parse(body), null, 2), /compact JSON was sent/],
    ['a byte order mark', `\ufeff${body}`, /byte order mark/],
    ['text decoded as Latin-1', Buffer.from(body).toString('latin1'), /Latin-1/],
  ])('explains %s in the captured body', async (_, captured, explanation) => {
    const { code, value } = await check(captured);
    expect({ code, genuine: value.genuine }).toEqual({ code: 1, genuine: false });
    expect(value.explanations).toEqual([expect.stringMatching(explanation)]);
  });

  const mac = (key: string | Buffer, content: string) => createHmac('sha256', key).update(content);
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const content = `msg_1.1795355457.${body}`;
  it.each([
    ['the text of the secret was the key', `v1,${mac(SECRET, content).digest('base64')}`, /text of the secret/],
    ['only the body was signed', `v1,${mac(key, body).digest('base64')}`, /body alone/],
    ['it is hexadecimal', `v1,${mac(key, content).digest('hex')}`, /hexadecimal/],
    ['its version is missing', mac(key, content).digest('base64'), /"v1,"/],
    ['it is of another kind', 'v1a,AAAA', /whpk_/],
  ])('explains a signature when %s', async (_, signature, explanation) => {
    const { code, value } = await check(body, { ...signed, 'webhook-signature': signature });
    expect(code).toBe(1);
    expect(value.explanations).toEqual([expect.stringMatching(explanation)]);
  });

  it('explains headers that are missing or in milliseconds', async () => {
    const { 'webhook-signature': _, ...unsigned } = signed;
    const missing = await check(body, { ...unsigned, 'X-Hub-Signature-256': 'sha256=00' });
    expect(missing.value).toMatchObject({ reason: 'signature_missing' });
    expect(missing.value.explanations.join()).toContain('another scheme: x-hub-signature-256');
    const milliseconds = await check(body, { ...signed, 'webhook-timestamp': '1795355457000' });
    expect(milliseconds.value.explanations).toEqual([expect.stringContaining('milliseconds')]);
  });

  it('says so when nothing usual explains it, and shows the signature that belongs there', async () => {
    const { code, value } = await check(body.replace('Zoë', 'Eve'));
    expect({ code, explanations: value.explanations }).toEqual({ code: 1, explanations: [] });
    expect(value.expected).not.toBe(value.received);
  });

  it('checks ed25519 signatures with the public key alone', async () => {
    const pair = createKeyPair();
    const headers = createSigner(pair.secretKey).headers({ id: 'a', timestamp: 1_795_355_457, body });
    const args = ['verify', '--headers', file('h', JSON.stringify(headers)), '--body', file('b', body)];
    const { code } = await tallyback([...args, '--public-key', pair.publicKey], {
      env: { TALLYBACK_SECRET: pair.secretKey },
    });
    expect(code).toBe(0);
  });

  it('checks signed URLs and finds the method or path that was signed', async () => {
    const url = signUrl({
      url: 'https://t.example/in/postback?txid=1',
      id: 'a',
      timestamp: 1_795_355_457,
      keys: SECRET,
    });
    const verify = (...args: string[]) => answer(['verify', ...args], { env });
    expect(await verify('--url', url)).toMatchObject({ code: 0, value: { ok: true } });
    expect((await verify('--url', url, '--method', 'post')).value.explanations).toEqual([
      'it was signed for GET, not POST',
    ]);
    const moved = url.replace('/in/', '/proxy/in/');
    expect((await verify('--url', moved)).value.explanations).toEqual(['it was signed for the path /in/postback']);
    expect(await verify('--url', url.replace('txid=1', 'txid=2'))).toMatchObject({ code: 1 });
  });

  it('says what is wrong with the secret without showing it', async () => {
    const wrong = 'whsec_tooshort';
    const { code, out, error } = await tallyback(
      ['verify', '--headers', file('h', JSON.stringify(signed)), '--body', file('b', body)],
      { env: { TALLYBACK_SECRET: wrong } },
    );
    expect(code).toBe(1);
    expect(error).toContain('24 to 64');
    expect(out + error).not.toContain(wrong);
  });
});
