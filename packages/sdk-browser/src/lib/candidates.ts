// A plus sign belongs to the value: click ids have base64 in them and never a space.
const pairs = (text: string) => [...new URLSearchParams(text.replace(/\+/g, '%2B'))];

function fromPath(path: string, pattern: string): string {
  const [before, name, after = ''] = pattern.split(/[{}]/);
  const value = new RegExp(`${before}([^/]+)${after}`, 'i').exec(path)?.[1];
  return value ? `${name}=${value}` : '';
}

/**
 * Every `[name as seen, value]` in a URL that may be a click id: by order of the wanted names, and for each name
 * query, then hash (also behind a `#/route?`), then path. Values are percent-decoded once and not touched otherwise.
 */
export function candidates({ search, hash, pathname }: URL, names: readonly string[], pattern?: string) {
  const found = [search, hash.replace(/^#(.*\?)?/, ''), pattern ? fromPath(pathname, pattern) : ''].flatMap(pairs);
  return names.flatMap((name) => found.filter(([seen]) => seen.toLowerCase() === name.toLowerCase()));
}
