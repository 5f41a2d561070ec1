import { describe, expect, it } from '@jest/globals';
import { pathKey, pathKeyName } from './path-key.js';

const ROUTE = '/compat/keitaro/:key/postback';

describe('the credential in a path', () => {
  it.each([
    ['/compat/keitaro/k3y/postback', 'k3y'],
    ['/api/compat/keitaro/k3y/postback/', 'k3y'],
    ['/compat/keitaro/a%2Fb%20c/postback', 'a/b c'],
    ['/compat/keitaro/%zz/postback', '%zz'],
  ])('in %s is %s', (path, key) => {
    expect(pathKey(ROUTE, path)).toBe(key);
  });

  it('is none where the route has none', () => {
    expect(pathKeyName('/postback')).toBeUndefined();
    expect(pathKey('/compat/voluum/postback', '/compat/voluum/postback')).toBeUndefined();
    expect(pathKeyName('/:key/postback')).toBe('key');
  });
});
