import { describe, expect, it } from '@jest/globals';
import { candidates } from './candidates.js';

const find = (address: string, names = ['clickid'], pattern?: string) =>
  candidates(new URL(address, 'https://shop.example/'), names, pattern);

describe('candidates', () => {
  it('goes by the order of the names, then query, hash, path, then position', () => {
    expect(
      find('/p/5?cid=1&CLICKID=2&clickid=3#clickid=4', ['clickid', 'cid'], '/p/{clickid}').map(([, value]) => value),
    ).toEqual(['2', '3', '4', '5', '1']);
  });

  it('keeps the spelling that was seen', () => {
    expect(find('/?ScCid=A', ['sccid'])).toEqual([['ScCid', 'A']]);
  });

  it('decodes once, leaves a plus sign and a broken escape as they are', () => {
    expect(find('/?clickid=a%252Bb+c%2Fd%zz')).toEqual([['clickid', 'a%2Bb+c/d%zz']]);
    expect(find('/p/a%252B+c', ['clickid'], '/p/{clickid}')).toEqual([['clickid', 'a%2B+c']]);
  });

  it.each([['/#clickid=1'], ['/#?clickid=1'], ['/#/cart?clickid=1'], ['/#!/cart?a=b&clickid=1']])(
    'finds the id in the hash of %s',
    (address) => {
      expect(find(address)).toEqual([['clickid', '1']]);
    },
  );

  it.each([
    ['/land/{clickid}', '/de/LAND/77/boots', '77'],
    ['/land/c-{clickid}', '/land/c-77', '77'],
    ['/c{clickid}.html', '/c77.html', '77'],
    ['^/(?:a|b)/{clickid}$', '/b/77', '77'],
    ['/(a|b)/{clickid}', '/a/77', '77'],
    ['/(?<id>a|b)/{clickid}/(c)', '/b/77/c', '77'],
  ])('finds the id of pattern %s in %s', (pattern, address, id) => {
    expect(find(address, ['clickid'], pattern)).toEqual([['clickid', id]]);
  });

  it('finds nothing by a pattern that is no regular expression, and still looks at query and hash', () => {
    expect(find('/a/77?clickid=1#clickid=2', ['clickid'], '/(a/{clickid}')).toEqual([
      ['clickid', '1'],
      ['clickid', '2'],
    ]);
  });

  it('finds nothing where the pattern does not match, names something else, or names nothing', () => {
    expect(find('/other/77', ['clickid'], '/land/{clickid}')).toEqual([]);
    expect(find('/land/77', ['clickid'], '/land/{cid}')).toEqual([]);
    expect(find('/land/77', ['clickid'], '/land')).toEqual([]);
  });
});
