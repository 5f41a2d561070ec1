import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below those that systems hand out: nobody who asks for any port gets it before the process that is told of it starts, or
// while that process is down for a moment.
const [FIRST, END] = [20_000, 30_000];
const TRIES = 100;

/** Ports on which nobody listens, for other processes; asked for together, so that all are different. */
export async function freePorts(count, host = '127.0.0.1') {
  const probes = [];
  try {
    while (probes.length < count) probes.push(await listen(host));
    return probes.map((probe) => probe.address().port);
  } finally {
    await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  }
}

/** One of them. */
export async function freePort() {
  const [port] = await freePorts(1);
  return port;
}

async function listen(host) {
  let cause;
  for (let tries = 0; tries < TRIES; tries++) {
    const probe = createServer().listen(randomInt(FIRST, END), host);
    try {
      await once(probe, 'listening');
      return probe;
    } catch (error) {
      cause = error;
    }
  }
  const range = `${FIRST} to ${END - 1} of ${host}`;
  throw new Error(`of ${TRIES} ports from ${range} none could be listened on; the last: ${cause.message}`, { cause });
}
