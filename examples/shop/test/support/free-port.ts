import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** A port that nobody listens on, below those that systems hand out: it stays free until the test takes it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
