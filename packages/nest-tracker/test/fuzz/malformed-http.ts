import type { Dice } from './dice.js';
import { type FuzzRequest, HOST, head, whole } from './fuzz-request.js';
import { oddHeader } from './malformed-postbacks.js';

const TARGETS = [
  '/',
  '//',
  '/nowhere',
  '/postback/',
  '/postback/x',
  '/POSTBACK',
  '/v1/conversions/x',
  '/c/',
  '/c',
  '/c/a/b',
  '/c/%',
  '/c/%zz',
  '/c/%00',
  '/c/%2e%2e',
  '/%',
  '/compat',
  '/compat/',
  '/compat/nobody/postback',
  '/compat/keitaro//postback',
  '/v1/reports',
  '/v1/postbacks/in',
  '/v1/postbacks/in/x/replay',
  '/v1/clicks/%00',
  '/health?x=%',
  '/.well-known/x',
  '/..;/',
  '/\\',
  '?',
  '*',
  'http://tracker.example/postback',
  'tracker.example:443',
] as const;
const METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'HEAD',
  'get',
  'BREW',
  '',
] as const;

/** Requests that are wrong as HTTP, or go where nothing is. None of them names anything that could be read. */
export function malformedHttp(dice: Dice): FuzzRequest {
  switch (dice.below(10)) {
    case 0:
      return { kind: 'noise', pieces: [dice.bytes(1 + dice.below(300)), Buffer.from('\r\n\r\n')], leaves: 'half' };
    case 1: {
      const line = dice.pick([
        'GET /postback',
        'GET  /postback  HTTP/1.1',
        'GET /postback HTTP/9.9',
        'GET /pos\0tback HTTP/1.1',
        ' GET / HTTP/1.1',
      ]);
      return { kind: `line ${line}`, pieces: [Buffer.from(`${line}\r\nHost: x\r\n\r\n`)], leaves: 'half' };
    }
    case 2: {
      const pair = dice.pick([
        [
          ['Content-Length', '5'],
          ['Content-Length', '6'],
        ],
        [
          ['Content-Length', '5'],
          ['Transfer-Encoding', 'chunked'],
        ],
        [['Content-Length', '-1']],
        [['Content-Length', '99999999999999999999']],
        [['Transfer-Encoding', 'x-unknown']],
        [['Content-Length', '0x5']],
      ] as const);
      const bytes = Buffer.from(`${head('POST', '/postback', [HOST, ...pair])}a=b&c`);
      return { kind: `lengths ${JSON.stringify(pair)}`, pieces: [bytes], leaves: 'half' };
    }
    case 3:
      return { kind: 'large headers', pieces: [whole('GET', '/postback', [['X-Large', 'x'.repeat(20_000)]])] };
    case 4:
      return { kind: 'long target', pieces: [whole('GET', `/postback?a=${'x'.repeat(20_000)}`)] };
    case 5: {
      const headers = Array.from({ length: dice.pick([50, 300, 2_500]) }, (_, i) => [`X-${i}`, 'x'] as const);
      return { kind: `${headers.length} headers`, pieces: [whole('GET', '/postback', headers)], leaves: 'half' };
    }
    case 6: {
      const cut = Buffer.from(
        `${head('POST', '/postback', [HOST, ['Content-Length', '500']])}${'a'.repeat(dice.below(400))}`,
      );
      return { kind: 'cut off', pieces: [cut], leaves: dice.pick(['half', 'at-once']) };
    }
    case 7: {
      const chunk = dice.pick([
        'zz\r\nx\r\n',
        '5\r\nab',
        '-1\r\n',
        'ffffffffffffffffff\r\n',
        '5;ext="\0"\r\nabcde\r\n0\r\n\r\n',
      ]);
      const bytes = Buffer.from(`${head('POST', '/postback', [HOST, ['Transfer-Encoding', 'chunked']])}${chunk}`);
      return { kind: `chunk ${JSON.stringify(chunk)}`, pieces: [bytes], leaves: 'half' };
    }
    default: {
      const method = dice.pick(METHODS);
      const target = dice.pick(TARGETS);
      const headers = [
        ['User-Agent', oddHeader(dice)],
        ['X-Forwarded-For', oddHeader(dice)],
        ['Expect', dice.pick(['100-continue', 'x', ''])],
      ] as const;
      const kept = headers.filter(() => dice.chance(40));
      return {
        kind: `${method} ${target}`,
        pieces: [whole(method, target, kept, dice.chance(20) ? '{}' : undefined)],
        leaves: 'half',
      };
    }
  }
}
