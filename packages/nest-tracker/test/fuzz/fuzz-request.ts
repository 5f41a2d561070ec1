/** One request to be written to a socket as it stands. */
export interface FuzzRequest {
  /** What kind of fault it has, for the report of a failure. */
  readonly kind: string;
  /** Pieces in which it is written, with a turn of the event loop between them. */
  readonly pieces: readonly Buffer[];
  /**
   * Stands in the request where the inbound log keeps it. Undefined when the request names no advertiser, click or
   * campaign in a form that could be read, or is none that the log is for.
   */
  readonly marker?: string | undefined;
  /** The client ends its side, or the connection, before the request is whole. */
  readonly leaves?: 'half' | 'at-once' | undefined;
}

/** A request line and headers as bytes; names and values are written as they are. */
export function head(method: string, target: string, headers: readonly (readonly [string, string])[]): string {
  return `${method} ${target} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

export const HOST = ['Host', 'tracker.example'] as const;

/** One whole request in one piece. */
export function whole(
  method: string,
  target: string,
  headers: readonly (readonly [string, string])[] = [],
  body?: Buffer | string,
): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? Buffer.alloc(0));
  const length = body === undefined ? [] : [['Content-Length', String(bytes.length)] as const];
  return Buffer.concat([Buffer.from(head(method, target, [HOST, ...headers, ...length]), 'latin1'), bytes]);
}
