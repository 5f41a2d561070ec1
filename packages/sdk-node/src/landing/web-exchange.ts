/**
 * A request of Node's `http`, Express, Fastify, or the Web's `Request` (Next.js and others): what all of them say in one
 * way or another.
 */
export interface LandingRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: HeaderReader | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Express: the address before routers cut it. */
  readonly originalUrl?: string | undefined;
  /** Express and Fastify: by their own proxy settings. */
  readonly protocol?: string | undefined;
  readonly socket?: unknown;
}

/** The Web's `Headers`, as far as they are read. */
export interface HeaderReader {
  get(name: string): string | null;
}

/** A response of Node's `http` or Express, a reply of Fastify, or the Web's `Response`. */
export type LandingResponse =
  | { appendHeader(name: string, value: string): unknown; hasHeader(name: string): boolean }
  | { header(name: string, value: string): unknown; hasHeader(name: string): boolean }
  | { readonly headers: { append(name: string, value: string): void; has(name: string): boolean } };

/** A request, the same whoever received it. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  /** As the browser sees it, with the port. */
  readonly host: string;
  readonly secure: boolean;
  header(name: string): string | undefined;
}

/** Reads a request of any framework. */
export function readExchange(request: LandingRequest): Exchange {
  const header = headerOf(request.headers);
  const target = request.originalUrl ?? request.url ?? '/';
  const isEncrypted = (request.socket as { encrypted?: boolean } | undefined)?.encrypted === true;
  const protocol = request.protocol?.replace(':', '') ?? (isEncrypted ? 'https' : 'http');
  const own = header('host') ?? 'localhost';
  // Absolute in the Web's Request; a path everywhere else, also one that begins with two slashes.
  const url = new URL(/^https?:\/\//i.test(target) ? target : `${protocol}://${own}${target}`);
  return {
    method: request.method ?? 'GET',
    url,
    host: header('host') ?? url.host,
    secure: url.protocol === 'https:',
    header,
  };
}

function headerOf(headers: LandingRequest['headers']): Exchange['header'] {
  if (typeof headers.get === 'function') return (name) => (headers as HeaderReader).get(name) ?? undefined;
  return (name) => {
    const value = (headers as Readonly<Record<string, string | readonly string[] | undefined>>)[name];
    return typeof value === 'string' || value === undefined ? value : value[0];
  };
}

/** Adds to the cookies that the response sets already, and keeps shared caches from giving them to other visitors. */
export function writeCookies(response: LandingResponse, cookies: readonly string[]): void {
  const [append, has] = writerOf(response);
  for (const cookie of cookies) append('set-cookie', cookie);
  if (cookies.length > 0 && !has('cache-control')) append('cache-control', 'private');
}

function writerOf(response: LandingResponse): [(name: string, value: string) => void, (name: string) => boolean] {
  if ('headers' in response && typeof response.headers?.append === 'function') {
    const { headers } = response;
    return [(name, value) => headers.append(name, value), (name) => headers.has(name)];
  }
  const other = response as Exclude<LandingResponse, { readonly headers: unknown }>;
  const has = (name: string) => other.hasHeader(name);
  // Express has a `header()` too, which would replace; Fastify's adds where the header is `set-cookie`.
  if ('appendHeader' in other) return [(name, value) => void other.appendHeader(name, value), has];
  return [(name, value) => void other.header(name, value), has];
}
