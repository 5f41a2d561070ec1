import { createServer } from 'node:net';
import { Failure } from '../setup/failure.mjs';

/**
 * The port that an environment variable chooses.
 *
 * @param {string} variable for example "PORT"
 * @param {number} otherwise used when it is not set
 */
export function readPort(variable, otherwise) {
  const text = process.env[variable] || String(otherwise);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= 65_535) return port;
  throw new Failure(`${variable} has to be a port from 1 to 65535, not "${text}"`);
}

/** Stops with one line when somebody else listens on one of the ports. */
export async function requireFreePorts(ports) {
  const [[first, port], [second, other]] = Object.entries(ports);
  if (port === other) throw new Failure(`${first} and ${second} are both ${port}: they need two different ports`);
  for (const [variable, wanted] of Object.entries(ports)) {
    if (await isTaken(wanted)) throw new Failure(`port ${wanted} is in use: choose another one with ${variable}=...`);
  }
}

function isTaken(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(true));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(false)));
  });
}
