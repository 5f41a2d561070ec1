import { beforeEach, describe, expect, it } from '@jest/globals';
import { type InboundRoute, InboundRoutes } from './inbound-routes.js';

const read: InboundRoute['read'] = () => Promise.reject(new Error('Nothing is read here.'));

describe('the inbound routes', () => {
  let routes: InboundRoutes;
  beforeEach(() => {
    routes = new InboundRoutes();
    routes.add({ route: '/postback', read });
    routes.add({ route: '/compat/voluum/postback', read });
    routes.add({ route: '/compat/cake/p.ashx', read });
    routes.add({ route: '/compat/keitaro/:key/postback', read, secretSegments: ['key'] });
    routes.add({ route: '/compat/thrivetracker/*', read });
  });

  it.each([
    ['/postback', '/postback'],
    ['/Postback/', '/postback'],
    ['/api/tracking/postback', '/postback'],
    ['/compat/voluum/postback', '/compat/voluum/postback'],
    ['/prefix/compat/cake/p.ashx', '/compat/cake/p.ashx'],
    ['/compat/keitaro/0a1b/postback', '/compat/keitaro/:key/postback'],
    ['/compat/thrivetracker/a/b', '/compat/thrivetracker/*'],
    ['/compat/thrivetracker', '/compat/thrivetracker/*'],
    ['/compat/thrivetrackers', undefined],
    ['/mypostback', undefined],
    ['/postback/more', undefined],
    ['/compat/cake/pxashx', undefined],
    ['/', undefined],
    ['', undefined],
  ])('find of the path %j the route %j', (path, route) => {
    expect(routes.find(path)?.route).toBe(route);
  });

  it('blank out what is a credential in a path, and nothing else', () => {
    expect(routes.redact('/x/compat/keitaro/0a1b/postback')).toBe('/x/compat/keitaro/***/postback');
    expect(routes.redact('/compat/keitaro/%30/postback/')).toBe('/compat/keitaro/***/postback/');
    for (const path of ['/postback', '/compat/keitaro//postback', '/c/spring', '/'])
      expect(routes.redact(path)).toBe(path);
  });
});
