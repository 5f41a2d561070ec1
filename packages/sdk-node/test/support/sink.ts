import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from '@jest/globals';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the server does with a request; by default it answers like a tracker that recorded it. */
export type Behaviour = (response: ServerResponse, request: Received, socket: Socket) => void;

export interface Sink {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  behave(behaviour: Behaviour): void;
  /** Resolves when so many requests have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

export const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

export const recorded: Behaviour = (response) => json(response, 201, { outcome: 'recorded', conversionId: 'c' });

/** A maker of real HTTP servers on the loopback that are closed after each test. */
export function sinks(): (behaviour?: Behaviour, port?: number) => Promise<Sink> {
  const servers: Sink[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((sink) => sink.close()));
  });
  return async (behaviour = recorded, port = 0) => {
    const sink = await listen(behaviour, port);
    servers.push(sink);
    return sink;
  };
}

async function listen(first: Behaviour, wanted: number): Promise<Sink> {
  let behaviour = first;
  const received: Received[] = [];
  let waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, id: String(headers['webhook-id']), headers, body: Buffer.concat(chunks) };
      received.push(one);
      behaviour(response, one, request.socket);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      waiting = waiting.filter(({ count }) => received.length < count);
    });
  });
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    behave: (next) => {
      behaviour = next;
    },
    arrived: (count) =>
      received.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    close: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
