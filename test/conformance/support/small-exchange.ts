import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { SenderFault as Fault } from './sender-faults.js';

/** An answer, as far as a sender looks at it. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

// A connection for every request: the server closes them as it likes.
const agent = new Agent({ keepAlive: false });

/** Sends a request; `undefined` when there is no whole answer. */
export function exchange(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  signal: AbortSignal,
  fault: Fault,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const options = { method: 'POST', agent, signal, headers: { ...headers, 'content-length': body.length } };
    const request = httpRequest(url, options, (response) => {
      const chunks: Buffer[] = [];
      const answer = (): Answer => {
        const { statusCode = 0, headers } = response;
        return { status: statusCode, headers, body: parsed(Buffer.concat(chunks).toString('utf8')) };
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(answer()));
      response.on('error', () => {
        resolve(
          fault === 'takes what broke off for an answer' ? { ...answer(), body: { outcome: 'recorded' } } : undefined,
        );
      });
    });
    request.on('error', () => resolve(undefined));
    request.end(body);
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
