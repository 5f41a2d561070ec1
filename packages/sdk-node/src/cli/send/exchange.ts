import {
  type ConversionMessage,
  createId,
  HEADER_ID,
  HEADER_SIGNATURE,
  HEADER_TIMESTAMP,
  serializeMessage,
} from '@tallyback/protocol';
import { Transport } from '../../delivery/transport.js';
import type { Answer, Destination, OutgoingRequest, Verdict } from '../../destinations/destination.js';

/** A request ready to be sent, or why this destination does not get the conversion. */
export type Prepared = { readonly request: OutgoingRequest } | { readonly unsendable: string };

/** What came back. */
export type Received =
  | { readonly answer: Answer; readonly verdict: Verdict; readonly milliseconds: number }
  | { readonly error: unknown; readonly milliseconds: number };

/** The request exactly as the delivery engine would send it. */
export async function prepare(destination: Destination, message: ConversionMessage, now: number): Promise<Prepared> {
  const body = destination.prepare?.(message, {}) ?? serializeMessage(message);
  if (typeof body !== 'string') return { unsendable: 'skip' in body ? body.skip : body.dead };
  return { request: await destination.toRequest({ id: createId(now), body, attempt: 1, now }) };
}

/** Sends it once, and has the destination say what the answer means. */
export async function exchange(
  destination: Destination,
  request: OutgoingRequest,
  { timeoutMs, signal, now }: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly now: () => number },
): Promise<Received> {
  const transport = new Transport(1, timeoutMs, destination.addressPolicy);
  const stop = () => void transport.stop();
  signal.addEventListener('abort', stop);
  const start = performance.now();
  const elapsed = () => Math.round(performance.now() - start);
  try {
    const answer = await transport.send(request, timeoutMs);
    const milliseconds = elapsed();
    return { answer, verdict: destination.classify(answer, now()), milliseconds };
  } catch (error) {
    return { error, milliseconds: elapsed() };
  } finally {
    signal.removeEventListener('abort', stop);
    await transport.stop();
  }
}

/** What was signed, of a request that is signed: `id.timestamp.body`. */
export function signatureBase({ headers, body = '' }: OutgoingRequest): string | undefined {
  const id = headers[HEADER_ID];
  const timestamp = headers[HEADER_TIMESTAMP];
  return headers[HEADER_SIGNATURE] === undefined ? undefined : `${id}.${timestamp}.${body}`;
}
