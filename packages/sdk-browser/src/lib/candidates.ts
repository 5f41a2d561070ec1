import { attempt } from './attempt.js';

// A plus sign belongs to the value: click ids have base64 in them and never a space.
const pairs = (text: string) => [...new URLSearchParams(text.replace(/\+/g, '%2B'))];

/**
 * Every `[name as seen, value]` in a URL that may be a click id: by order of the wanted names, and for each name
 * query, then hash (also behind a `#/route?`), then path. Values are percent-decoded once and not touched otherwise.
 * A path pattern that is no regular expression finds nothing; query and hash go on.
 */
export function candidates(url: URL, names: readonly string[], pattern = ''): [string, string][] {
  const [before, name, after = ''] = pattern.split(/[{}]/);
  // Named, because groups of the pattern's own would shift its number.
  const id = name && attempt(() => new RegExp(`${before}(?<_>[^/]+)${after}`, 'i').exec(url.pathname)?.groups?._);
  const found = [url.search, url.hash.replace(/^#(.*\?)?/, ''), id ? `${name}=${id}` : ''].flatMap(pairs);
  return names.flatMap((wanted) => found.filter(([seen]) => seen.toLowerCase() === wanted.toLowerCase()));
}
