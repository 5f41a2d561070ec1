import { describe, expect, it } from '@jest/globals';
import { Claims } from './claims.js';

describe('claims of clicks that are not there yet', () => {
  it('are told once, all that name the click', () => {
    const claims = new Claims();
    claims.add('click', 'first');
    claims.add('click', 'second');
    claims.add('click', 'first');
    claims.add('other', 'third');
    expect(claims.of('click')).toEqual(['first', 'second']);
    expect(claims.of('click')).toEqual([]);
    expect(claims.of('unknown')).toEqual([]);
  });

  it('are forgotten oldest first when there are too many', () => {
    const claims = new Claims();
    for (let i = 0; i <= Claims.MOST; i++) claims.add(`click-${i}`, 'conversion');
    expect(claims.of('click-0')).toEqual([]);
    expect(claims.of('click-1')).toEqual(['conversion']);
    expect(claims.of(`click-${Claims.MOST}`)).toEqual(['conversion']);
  });
});
