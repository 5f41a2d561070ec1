import { describe, expect, it } from '@jest/globals';
import { createId } from '@tallyback/protocol';
import { landingClick, landingCookie, syncCookie } from '../src/landing.js';

const PAGE = { 'sec-fetch-dest': 'document' };

describe('the landing cookie in the hands of a host', () => {
  const id = createId();
  const request = { method: 'GET', url: `/land?clickid=${id}`, headers: { ...PAGE, host: 'shop.example' } };

  it('says why it failed, and never throws', () => {
    // Next.js and others hand out responses that nobody may change.
    const fixed = Response.redirect('https://shop.example/land', 302);
    expect(landingCookie(request, fixed)).toMatchObject({
      status: 'failed',
      error: expect.objectContaining({ name: 'TypeError' }),
    });
    const consent = () => {
      throw new Error('no session');
    };
    const response = new Response();
    expect(landingCookie(request, response, { consent })).toMatchObject({
      status: 'failed',
      error: Error('no session'),
    });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(landingCookie({ ...request, headers: { ...PAGE, host: 'a b' } }, new Response()).status).toBe('failed');
    expect(landingCookie(undefined as never, undefined as never).status).toBe('failed');
    expect(landingClick(undefined as never)).toBeUndefined();
    expect(syncCookie(undefined as never, undefined as never, '')).toEqual({ status: 500, body: '' });
  });

  it('finds the click in the query, too, when the pattern for the path is no regular expression', () => {
    expect(landingCookie(request, new Response(), { path: '/(/{clickid}' })).toMatchObject({ click: { id } });
  });

  it('stores nothing for a word of consent that is none', () => {
    expect(landingCookie(request, new Response(), { consent: 'yes' as never }).status).toBe('none');
  });

  it('leaves the caching alone where the host has decided', () => {
    const response = new Response(null, { headers: { 'cache-control': 'no-store' } });
    expect(landingCookie(request, response).status).toBe('set');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('is Secure when the request came over https', () => {
    const response = new Response();
    landingCookie(new Request(`https://shop.example/land?clickid=${id}`, { headers: PAGE }), response);
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/; Secure$/)]);
  });
});
