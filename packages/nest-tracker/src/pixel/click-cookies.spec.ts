import { describe, expect, it } from '@jest/globals';
import type { HttpRequest } from '../http/http-request.js';
import { clicksOfCookies } from './click-cookies.js';

const OLD = '01arz3ndektsv4rrffq69g5fav';
const NEW = '01ksz3ndektsv4rrffq69g5fav';

const clicks = (cookie: string | undefined, name = '_clk_s') =>
  clicksOfCookies({ headers: { cookie } } as unknown as HttpRequest, name);

describe('the clicks of a visitor’s cookies', () => {
  it.each([
    ['the hop’s cookie', `a=b; _clk_s=${OLD}`, [OLD]],
    ['the same cookie of host and domain, newest first', `_clk_s=${OLD}; _clk_s=${NEW}`, [NEW, OLD]],
    ['the cookie of sdk-browser', `_clk=at=1&id=${OLD}&param=clickid|at=2&id=${NEW}&param=clickid`, [NEW, OLD]],
    ['both', `_clk=at=1&id=${NEW}; _clk_s=${OLD}`, [NEW, OLD]],
    ['both about one click', `_clk=at=1&id=${OLD}; _clk_s=${OLD.toUpperCase()}`, [OLD]],
    ['ids of other trackers', '_clk=at=1&id=EAIaIQobChMI&param=gclid; _clk_s=abc', []],
    ['other cookies', `clk_s=${OLD}; _clk_sx=${NEW}; x`, []],
  ])('are read from %s', (_, cookie, ids) => {
    expect(clicks(cookie)).toEqual(ids);
  });

  it('are none without a cookie', () => {
    expect(clicks(undefined)).toEqual([]);
  });

  it('follow the name that the hop’s cookie was given', () => {
    expect(clicks(`_clk_s=${OLD}; mine=${NEW}`, 'mine')).toEqual([NEW]);
  });

  it('are no more than a handful, whatever the cookie holds', () => {
    const many = Array.from({ length: 1_000 }, (__, index) => `at=1&id=01arz3ndektsv4rrffq69g5${100 + index}`);
    expect(clicks(`_clk=${many.join('|')}`)).toHaveLength(5);
  });
});
