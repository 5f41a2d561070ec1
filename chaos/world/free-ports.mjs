import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Ports of the loopback address that nobody uses; asked for together, so that all are different. They lie below those that
 * systems hand out: nobody else gets the port of a process that is down for a moment.
 */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen() {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(listen()));
    server.listen(randomInt(20_000, 30_000), '127.0.0.1', () => resolve(server));
  });
}
