import { isDeepStrictEqual } from 'node:util';
import type { KeyedPostback, PartnerPostback } from '../catalog/catalog.js';

const MAX_HOST = 26;

/** Whether a postback that has no key is one that stands already. */
type Same = (postback: PartnerPostback, i: number, standing: KeyedPostback, s: number) => boolean;

/**
 * A list of postbacks with a key for each. What is given without one keeps the key of the postback that it is: the one
 * that says the same, else the one with the same URL up to its query, else, in a list of the same length, the one in the
 * same place. What is none of them gets a key that is made of its host.
 *
 * @param standing The list as it is stored.
 */
export function withKeys(list: readonly PartnerPostback[], standing: readonly KeyedPostback[]): KeyedPostback[] {
  const keys = list.map(({ key }) => key);
  const places = new Set(list.map(({ url }) => placeOf(url)));
  const isFree = (key: string) => !keys.includes(key);
  const passes: Same[] = [
    (postback, _, other) => isDeepStrictEqual(plain(postback), plain(other)),
    (postback, _, other) => placeOf(postback.url) === placeOf(other.url),
    (_, i, other, s) => i === s && list.length === standing.length && !places.has(placeOf(other.url)),
  ];
  for (const same of passes) {
    for (const [i, postback] of list.entries()) {
      keys[i] ??= standing.find((other, s) => isFree(other.key) && same(postback, i, other, s))?.key;
    }
  }
  const gone = new Set(standing.map(({ key }) => key));
  return list.map((postback, i) => {
    const key = keys[i] ?? freshKey(postback.url, (taken) => isFree(taken) && !gone.has(taken));
    keys[i] = key;
    return { ...postback, key };
  });
}

function plain({ key: _, ...postback }: PartnerPostback): unknown {
  return JSON.parse(JSON.stringify(postback));
}

function placeOf(url: string): string {
  return url.split(/[?#]/)[0] ?? url;
}

/** A key that is made of a URL's host, with a number behind it when that is taken. */
export function freshKey(url: string, isFree: (key: string) => boolean): string {
  const [, host = ''] = /^https?:\/\/([^/?#]+)/i.exec(url) ?? [];
  const slug = host
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_HOST)
    .replaceAll(/^-+|-+$/g, '');
  const base = slug || 'postback';
  for (let n = 1; ; n++) {
    const key = n === 1 ? base : `${base}-${n}`;
    if (isFree(key)) return key;
  }
}
