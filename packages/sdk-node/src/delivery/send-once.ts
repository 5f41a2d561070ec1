import type { Answer, Destination, Verdict } from '../destinations/destination.js';
import { keepable, redactor } from './redact.js';
import { codeOf, Transport } from './transport.js';
import { verdictOf } from './verdict.js';

/** What came of one attempt outside any queue. */
export interface SentOnce {
  readonly verdict: Verdict;
  /** Absent when nobody answered. The body is shortened and without secrets. */
  readonly answer?: Pick<Answer, 'status' | 'body'>;
}

/** Sends one body once, by the rules and to the addresses of a destination: for tests by hand. Does not throw. */
export async function sendOnce(
  destination: Destination,
  { id, body, now, timeoutMs = 15_000 }: { id: string; body: string; now: number; timeoutMs?: number },
): Promise<SentOnce> {
  const transport = new Transport(1, timeoutMs, destination.addressPolicy);
  const redact = redactor(destination.secrets);
  try {
    const answer = await transport.send(await destination.toRequest({ id, body, attempt: 1, now }), timeoutMs);
    const said = { status: answer.status, body: keepable(answer.body, redact) };
    return { verdict: verdictOf(destination.classify(answer, now)), answer: said };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = codeOf(error);
    return {
      verdict: { outcome: 'retry', why: redact(code && !message.includes(code) ? `${message} (${code})` : message) },
    };
  } finally {
    await transport.stop();
  }
}
