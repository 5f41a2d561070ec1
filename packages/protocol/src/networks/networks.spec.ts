import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ConversionMessage } from '../conversion.js';
import { parseConversionMessage } from '../conversion-message.js';
import type { Outcome, Reason } from '../outcome.js';
import { translateTemplate } from '../template-dialect.js';
import { findNetwork, type NetworkPostback, networks, type PostbackField, type ReceiveSettings } from './index.js';

interface Vectors {
  readonly network: string;
  readonly defaults: Record<string, unknown>;
  readonly send: ReadonlyArray<
    { description: string; options: object; message: ConversionMessage } & (
      | { method: string; url: string }
      | { error: string }
    )
  >;
  readonly receive?: ReadonlyArray<
    { description: string; query: string; settings?: ReceiveSettings } & (
      | { postback: object }
      | { faults: ReadonlyArray<{ reason: string; field: string }> }
    )
  >;
  readonly replies?: ReadonlyArray<{
    description: string;
    answer: { outcome: Outcome; reason?: Reason };
    query: string;
    contentType: string | null;
    body: string | null;
  }>;
  readonly classify: ReadonlyArray<{ description: string; status: number; body: string; outcome: string }>;
  readonly templates: ReadonlyArray<{ source: string; template: string; findings: readonly object[] }>;
}

const vectorsOf = (name: string) =>
  JSON.parse(readFileSync(join(__dirname, `../../vectors/networks/${name}.json`), 'utf8')) as Vectors;

describe.each(networks.map(({ name }) => name))('%s', (name) => {
  const network = findNetwork(name);
  if (!network) throw new Error(`no network ${name}`);
  const { receive } = network;
  const vectors = vectorsOf(name);

  it.each(vectors.send)('sends: $description', (vector) => {
    const parsed = parseConversionMessage(vector.message);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const result = network.send.configure({ ...vectors.defaults, ...vector.options }).request(parsed.value);
    if ('error' in vector) {
      expect(result).toMatchObject({ ok: false, code: vector.error });
    } else {
      expect(result).toEqual({ ok: true, request: { method: vector.method, url: vector.url } });
    }
  });

  if (receive) {
    it.each(vectors.receive ?? [])('receives: $description', (vector) => {
      const parsed = receive.read(new URLSearchParams(vector.query), vector.settings);
      if ('postback' in vector) expect(parsed).toEqual({ ok: true, value: vector.postback });
      else {
        const faults = parsed.ok ? [] : parsed.faults.map(({ reason, field }) => ({ reason, field }));
        expect(faults).toEqual(vector.faults);
      }
    });
  }

  if (receive) {
    it('is read under the names that it declares, so that its sender is found before it is read', () => {
      for (const vector of vectors.receive ?? []) {
        if (!('postback' in vector)) continue;
        const { conversion, derivedTransactionId, credentials } = vector.postback as NetworkPostback;
        const given = new URLSearchParams(vector.query.toLowerCase());
        const sent = (field: keyof typeof receive.parameters) =>
          [vector.settings?.parameters?.[field as PostbackField] ?? [], receive.parameters[field]]
            .flat()
            .map((parameter) => given.get(parameter.toLowerCase()))
            .find(Boolean);
        if (conversion.clickId !== undefined) expect(sent('clickId')).toBe(conversion.clickId);
        if (credentials.token !== undefined) expect(sent('token')).toBe(credentials.token.toLowerCase());
        if (!derivedTransactionId) expect(conversion.transactionId.toLowerCase()).toContain(sent('transactionId'));
      }
    });
  }

  if (receive?.reply) {
    const reply = receive.reply.bind(receive);
    it.each(vectors.replies ?? [])('replies: $description', ({ answer, query, contentType, body }) => {
      const expected = body === null ? undefined : { contentType, body };
      expect(reply(answer, new URLSearchParams(query))).toEqual(expected);
    });
  }

  it.each(vectors.classify)('understands an answer: $description', ({ description, status, body, ...expected }) => {
    const verdict = network.send.configure(vectors.defaults).classify({ status, body });
    const { why, ...rest } = { why: '', ...verdict };
    expect(rest).toEqual(expected);
  });

  it.each(vectors.templates)('translates $source', ({ source, template, findings }) => {
    const translated = translateTemplate(source, network);
    expect(translated.template).toBe(template);
    expect(translated.findings.map(({ message, ...finding }) => finding)).toEqual(findings);
  });

  it('has vectors for everything it declares', () => {
    expect(vectors.network).toBe(name);
    expect(vectors.send.length).toBeGreaterThan(0);
    expect(vectors.receive === undefined).toBe(receive === undefined);
    expect(vectors.replies === undefined).toBe(receive?.reply === undefined);
  });

  it('says what it could not verify', () => {
    expect(network.unverified.length).toBeGreaterThan(0);
  });
});

describe('the registry', () => {
  it('holds every network once, by name', () => {
    expect(networks.map(({ name }) => name)).toEqual([
      'voluum',
      'cake',
      'everflow',
      'thrivetracker',
      'tune',
      'redtrack',
      'keitaro',
      'binom',
      'clickflare',
      'bemob',
    ]);
    expect(findNetwork('constructor')).toBeUndefined();
  });

  it('has the compat routes of the contract', () => {
    const routes = networks.flatMap(({ name, receive }) =>
      (receive?.routes ?? []).map(({ method, path }) => `${method} /compat/${name}${path}`),
    );
    expect(routes.filter((route) => route.startsWith('GET'))).toEqual([
      'GET /compat/voluum/postback',
      'GET /compat/cake/p.ashx',
      'GET /compat/everflow/',
      'GET /compat/thrivetracker/*',
      'GET /compat/tune/aff_lsr',
      'GET /compat/redtrack/postback',
      'GET /compat/keitaro/:key/postback',
      'GET /compat/binom/click.php',
    ]);
    expect(routes).toContain('POST /compat/voluum/postback');
  });

  it('knows the limits that are documented', () => {
    const limits = networks.map(({ name, send }) => [name, send.ratePerSecond, send.windowMs]);
    expect(limits.filter(([, rate, window]) => rate !== undefined || window !== undefined)).toEqual([
      ['cake', 8, 30 * 86_400_000],
      ['everflow', undefined, 90 * 86_400_000],
    ]);
  });
});
