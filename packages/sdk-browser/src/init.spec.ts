import { describe, expect, it } from '@jest/globals';
import { google } from './consent/google.js';
import { gpc } from './consent/gpc.js';
import { gpp } from './consent/gpp.js';
import { tcf } from './consent/tcf.js';
import { explain } from './debug.js';
import { decorate } from './decorate.js';
import { direct } from './direct.js';
import { forms } from './forms.js';
import { token } from './handoff.js';
import { init } from './init.js';
import { late } from './late.js';
import { platforms } from './platforms.js';
import { sync } from './sync.js';

// This runs in Node, so it is what server-side rendering sees. The rest is tested in browsers.
describe('on a server', () => {
  it('init() answers as for a visitor without a click, and holds nothing that another request could see', async () => {
    const clicks = init();
    await clicks.ready;
    expect(clicks.capture('https://shop.example/?clickid=01arz3ndektsv4rrffq69g5fav')).toEqual({ status: 'none' });
    clicks.setConsent('denied');
    clicks.setConsent('granted');
    clicks.clear();
    clicks.subscribe(() => undefined)();
    expect([clicks.get(), clicks.first(), clicks.last(), clicks.all()]).toEqual([undefined, undefined, undefined, []]);
  });

  it('every part may be called, does nothing, and keeps no timer that would hold the process', async () => {
    const clicks = init();
    const links = decorate(clicks, { domains: ['pay.example'] });
    expect(links.url('http://pay.example/')).toBe('http://pay.example/');
    const ids = platforms(clicks, { names: ['gclid'] });
    expect(ids.get()).toEqual({});
    expect(token(clicks, ids)).toBeUndefined();
    expect(late(clicks, /./)).toBeUndefined();
    expect(await direct(clicks, { endpoint: 'http://127.0.0.1:1/', campaign: 'spring' })).toEqual({ status: 'failed' });
    expect(gpc(clicks)).toBe(false);
    const stops = [forms(clicks), tcf(clicks), gpp(clicks), google(clicks), explain(clicks), links.stop, ids.stop];
    for (const stop of stops) expect(stop()).toBeUndefined();
    sync(clicks, { url: '/_c/click' })();
  });
});
