import type { Dice } from './dice.js';
import { type FuzzRequest, HOST, head, whole } from './fuzz-request.js';
import { oddJson, oddParameters, oddValue } from './odd-values.js';

/** What the requests may name: things that exist and things that do not. */
export interface Known {
  readonly clickIds: readonly string[];
  readonly token: string;
}

const COMPAT = [
  '/compat/voluum/postback',
  '/compat/cake/p.ashx',
  '/compat/everflow/',
  '/compat/thrivetracker/postback',
  '/compat/thrivetracker/a/b',
  '/compat/tune/aff_lsr',
  '/compat/redtrack/postback',
  '/compat/keitaro/0a1b2c3/postback',
  '/compat/binom/click.php',
] as const;

const CONTENT_TYPES = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-8',
  'application/x-www-form-urlencoded; charset=x-unknown',
  'application/json',
  'application/json; charset=utf-16',
  'application/json;charset=',
  'text/plain',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'application/xml',
  'application/octet-stream',
  '/',
  ';;;',
  '',
] as const;

const ENCODINGS = ['gzip', 'deflate', 'br', 'x-unknown', 'gzip, gzip', 'identity'] as const;

/** Postbacks by URL and form: the classic route, the networks' routes, the pixel, click links. */
export function malformedPostback(dice: Dice, marker: string, known: Known): FuzzRequest {
  const target = dice.pick([...Array<string>(6).fill('/postback'), ...COMPAT]);
  const click = dice.pick([...known.clickIds, '01arz3ndektsv4rrffq69g5fav', 'not-a-click', '']);
  const named: Record<string, string> = { fz: marker, clickid: click, txid: dice.chance(70) ? marker : oddValue(dice) };
  if (dice.chance(20)) named.token = dice.chance(50) ? known.token : 'wrong';
  if (dice.chance(20)) named.advertiser = dice.pick(['acme', 'open', 'nobody', '', '../x']);
  const url = `${target}?${oddParameters(dice, named)}`;
  if (dice.chance(5)) return { kind: 'HEAD', pieces: [whole('HEAD', url)], marker };
  if (dice.chance(50)) return { kind: 'GET', pieces: [whole('GET', url)], marker };
  return { ...withBody(dice, url), marker };
}

/** Click links and pixels; a refused link is logged by its campaign. */
export function malformedVisit(dice: Dice, marker: string): FuzzRequest {
  const query = oddParameters(dice, { fz: marker });
  switch (dice.below(4)) {
    case 0:
      return { kind: 'link', pieces: [whole('GET', `/c/${marker}?${query}`)], marker };
    case 1:
      return { kind: 'hop', pieces: [whole('GET', `/o/${marker}?${query}`, [['Cookie', oddCookie(dice)]])], marker };
    case 2:
      return { kind: 'known link', pieces: [whole('GET', `/c/boots?${query}`, [['Referer', oddHeader(dice)]])] };
    default: {
      const clickid = '01arz3ndektsv4rrffq69g5fav';
      const url = `/pixel.gif?${oddParameters(dice, { fz: marker, clickid })}`;
      return { kind: 'pixel', pieces: [whole('GET', url, [['Cookie', oddCookie(dice)]])], marker };
    }
  }
}

function withBody(dice: Dice, url: string): FuzzRequest {
  const type = dice.pick(CONTENT_TYPES);
  const headers: [string, string][] = [['Content-Type', type]];
  if (dice.chance(15)) headers.push(['Content-Encoding', dice.pick(ENCODINGS)]);
  const body = oddBody(dice);
  const kind = `POST ${type} ${headers[1]?.[1] ?? ''}`;
  switch (dice.below(6)) {
    case 0:
      return {
        kind: `${kind} chunked`,
        pieces: [Buffer.from(chunkedHead(url, headers), 'latin1'), ...chunks(dice, body)],
      };
    case 1:
      return { kind: `${kind} slow`, pieces: slow(dice, whole('POST', url, headers, body)) };
    default:
      return { kind, pieces: [whole('POST', url, headers, body)] };
  }
}

function chunkedHead(url: string, headers: readonly (readonly [string, string])[]): string {
  return head('POST', url, [HOST, ...headers, ['Transfer-Encoding', 'chunked']]);
}

function chunks(dice: Dice, body: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + dice.below(Math.max(1, body.length)));
    pieces.push(
      Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), body.subarray(at, at + size), Buffer.from('\r\n')]),
    );
    at += size;
  }
  return [...pieces, Buffer.from('0\r\n\r\n')];
}

/** The same bytes in up to a dozen pieces. */
export function slow(dice: Dice, bytes: Buffer): Buffer[] {
  const cuts = Array.from({ length: dice.below(12) }, () => dice.below(bytes.length)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length));
}

function oddBody(dice: Dice): Buffer {
  switch (dice.below(6)) {
    case 0:
      return dice.bytes(dice.below(400));
    case 1:
      return Buffer.from(JSON.stringify(oddJson(dice)));
    case 2:
      return Buffer.from(JSON.stringify(oddJson(dice)).slice(0, -1));
    case 3:
      return Buffer.alloc(dice.pick([1, 40_000, 110_000, 300_000]), 'a=b&');
    case 4:
      return Buffer.alloc(0);
    default:
      return Buffer.from(oddParameters(dice, {}));
  }
}

/** A header value of printable characters, as Node's parser lets it pass. */
export function oddHeader(dice: Dice): string {
  return dice.pick([oddValue(dice).replaceAll(/[^\x20-\x7e]/g, '?'), 'x'.repeat(dice.below(4_000)), '"', ',,,', '=;=']);
}

function oddCookie(dice: Dice): string {
  return dice.pick([
    '_clk_s=',
    '_clk_s=nonsense',
    '_clk_s="',
    '_clk=x; _clk_s=01arz3ndektsv4rrffq69g5fav',
    oddHeader(dice),
  ]);
}
