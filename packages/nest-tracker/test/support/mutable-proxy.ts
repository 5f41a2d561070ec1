import { connect, createServer, type Socket } from 'node:net';

/** Stands before a server that speaks anything at all. */
export interface MutableProxy {
  readonly port: number;
  /** From now on nothing that is sent arrives, and nobody is told: no connection ends, new ones are taken. */
  silence(): void;
  /** Everything arrives that was held back. */
  speak(): void;
  close(): Promise<void>;
}

/** Opens a proxy on the loopback address to a server. */
export async function startMutableProxy({ hostname, port }: { hostname: string; port: number }): Promise<MutableProxy> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  const server = createServer((client) => {
    const upstream = connect(port, hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => other.write(bytes));
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      if (isSilent) socket.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  return {
    port: address.port,
    silence() {
      isSilent = true;
      for (const socket of sockets) socket.pause();
    },
    speak() {
      isSilent = false;
      for (const socket of sockets) socket.resume();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
