/** The name of the segment of a route that is a credential, such as `key` in `/:key/postback`. */
export function pathKeyName(route: string): string | undefined {
  return /\/:(\w+)/.exec(route)?.[1];
}

/** What stands in a path for that segment, decoded; counted from the end, since a prefix may stand before the route. */
export function pathKey(route: string, path: string): string | undefined {
  const pattern = segmentsOf(route);
  const index = pattern.findIndex((segment) => segment.startsWith(':'));
  const segment = index === -1 ? undefined : segmentsOf(path).at(index - pattern.length);
  try {
    return segment && decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function segmentsOf(path: string): string[] {
  return path.replace(/\/+$/, '').split('/');
}
