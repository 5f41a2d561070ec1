/** A route below the module's prefix, with one leading slash. */
export function routePath(prefix: string | undefined, route: string): string {
  return `/${[prefix, route]
    .map((part) => part?.replace(/^\/+|\/+$/g, ''))
    .filter(Boolean)
    .join('/')}`;
}
