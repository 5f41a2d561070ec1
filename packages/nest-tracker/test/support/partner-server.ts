import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a partner's server got. */
export interface Told {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** As on the request line. */
  readonly target: string;
}

type Answer = (told: Told, response: ServerResponse) => void;

/** A partner's server that does as it is told. */
export interface PartnerServer {
  readonly url: string;
  readonly told: readonly Told[];
  /** What it answers from now on. Default: 200 "ok". */
  answer: Answer;
  /** Resolves when it was asked for so many postbacks that pass. */
  heard(count: number, which?: (told: Told) => boolean): Promise<void>;
  close(): Promise<void>;
}

export const ok: Answer = (_, response) => response.end('ok');

/** Answers with a status and a text. */
export function says(status: number, text = '', headers: Record<string, string> = {}): Answer {
  return (_, response) => response.writeHead(status, headers).end(text);
}

export async function startPartner(): Promise<PartnerServer> {
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://partner');
      const { method = '', headers } = request;
      const body = Buffer.concat(chunks).toString('utf8');
      const one = { method, path: url.pathname, query: url.searchParams, headers, body, target: request.url ?? '' };
      told.push(one);
      partner.answer(one, response);
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const partner: PartnerServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    answer: ok,
    heard: (count, which = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          if (told.filter(which).length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return partner;
}
