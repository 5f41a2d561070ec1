import type { Readable } from 'node:stream';

/** Thrown when a body has more bytes than allowed. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  constructor(readonly maxBytes: number) {
    super(`The body may have ${maxBytes} bytes.`);
  }
}

interface AdapterRequest {
  readonly rawBody?: Buffer;
  readonly body?: unknown;
}

/**
 * The body of a request as text, whatever its content type. Fastify parses `text/plain` to a string of its own accord;
 * Express has no parser for it, so there the request is still to be read.
 *
 * @param request The adapter's own request.
 * @throws BodyTooLargeError
 */
export async function readTextBody(request: AdapterRequest & Partial<Readable>, maxBytes: number): Promise<string> {
  const { rawBody, body } = request;
  const read = rawBody ?? (typeof body === 'string' ? body : undefined);
  if (read !== undefined) {
    if (Buffer.byteLength(read) > maxBytes) throw new BodyTooLargeError(maxBytes);
    return read.toString();
  }
  if (!request.readable) return '';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as Readable) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) throw new BodyTooLargeError(maxBytes);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
