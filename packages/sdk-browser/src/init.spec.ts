import { describe, expect, it } from '@jest/globals';
import { forms } from './forms.js';
import { init } from './init.js';

// This runs in Node, so it is what server-side rendering sees. The rest of init() is tested in a browser.
describe('init on a server', () => {
  it('answers as for a visitor without a click, and holds nothing that another request could see', async () => {
    const clicks = init();
    await clicks.ready;
    expect(clicks.capture('https://shop.example/?clickid=01arz3ndektsv4rrffq69g5fav')).toEqual({ status: 'none' });
    clicks.setConsent('denied');
    clicks.setConsent('granted');
    clicks.clear();
    clicks.subscribe(() => undefined)();
    expect([clicks.get(), clicks.first(), clicks.last()]).toEqual([undefined, undefined, undefined]);
  });

  it('lets forms() be called too', () => {
    expect(forms(init())()).toBeUndefined();
  });
});
