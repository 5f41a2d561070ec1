import type { IncomingMessage } from 'node:http';

const MAX_BYTES = 16 * 1024;

/** A form that is larger than any of ours. */
export class FormTooLargeError extends Error {
  override readonly name = 'FormTooLargeError';
}

/**
 * Reads a posted form (`application/x-www-form-urlencoded`).
 *
 * @throws FormTooLargeError above 16 KiB
 */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new FormTooLargeError(`a form may have ${MAX_BYTES} bytes at most`);
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
