import { describe, expect, it } from '@jest/globals';
import { actorOf } from './acting-user.js';

describe('who acts', () => {
  it.each([
    [undefined, 'admin'],
    [null, 'admin'],
    ['', 'admin'],
    [{}, 'admin'],
    [{ email: 'ann@host.example' }, 'admin'],
    ['ann', 'admin:ann'],
    [17, 'admin:17'],
    [{ id: 'u_17', username: 'ann' }, 'admin:u_17'],
    [{ sub: 'u_17' }, 'admin:u_17'],
    [{ username: 'ann' }, 'admin:ann'],
    [{ id: 'a\0b\ud800' }, 'admin:ab'],
  ])('%j is %s', (user, actor) => {
    expect(actorOf(user)).toBe(actor);
  });

  it('has a name that the ledger can hold', () => {
    expect(actorOf('x'.repeat(500))).toHaveLength(96);
  });
});
