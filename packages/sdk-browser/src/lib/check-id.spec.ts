import { describe, expect, it } from '@jest/globals';
import { checkId } from './check-id.js';

const ULID = '01arz3ndektsv4rrffq69g5fav';

describe('checkId', () => {
  it.each([
    '{clickid}',
    '{{ad.id}}',
    '\u0024{CLICK_ID}',
    '[click_id]',
    '<clickid>',
    '$ob_click_id$',
    '#reqid#',
    '%%CLICK_URL%%',
    '__CALLBACK_PARAM__',
    '%7Bclickid%7D',
    '%5bclick_id%5d',
    'undefined',
    'NULL',
  ])('takes %s for a placeholder that nobody filled in', (value) => {
    expect(checkId(value, 'cid')).toBe('macro');
  });

  it.each([
    'EAIaIQobChMI-_x9',
    '1234_1795000000_ab',
    'gclid_12_Cj0',
    'a|b:c',
    'YWJj+/=',
    'ab%2Fcd',
    'fb.1.1795.x~y',
    '$5',
    '_a_',
  ])('leaves the foreign id %s alone', (value) => {
    expect(checkId(value, 'cid')).toBeUndefined();
  });

  it.each(['a b', 'a"b', "a'b", 'a\\b', 'a&b', 'a;b', 'a\nb', 'é', '`'])('refuses the characters of %j', (value) => {
    expect(checkId(value, 'cid')).toBe('charset');
  });

  it('refuses nothing at all and more than 512 characters', () => {
    expect(checkId('', 'cid')).toBe('length');
    expect(checkId('a'.repeat(512), 'cid')).toBeUndefined();
    expect(checkId('a'.repeat(513), 'cid')).toBe('length');
  });

  it('wants a click id of ours in our own parameter only, in any case', () => {
    expect(checkId('77', 'ClickId')).toBe('format');
    expect(checkId(ULID.toUpperCase(), 'clickid')).toBeUndefined();
    expect(checkId('77', 'cid')).toBeUndefined();
  });

  it('asks the validate of the page instead, which gets nothing impossible to see', () => {
    const seen: string[] = [];
    const validate = (value: string, param: string) => {
      seen.push(`${param}=${value}`);
      return value === '77';
    };
    expect(checkId('77', 'clickid', validate)).toBeUndefined();
    expect(checkId('78', 'cid', validate)).toBe('refused');
    expect(checkId('{x}', 'cid', validate)).toBe('macro');
    expect(seen).toEqual(['clickid=77', 'cid=78']);
  });

  it('refuses when the validate of the page throws', () => {
    const validate = () => {
      throw new Error('of the page');
    };
    expect(checkId('77', 'cid', validate)).toBe('refused');
  });
});
