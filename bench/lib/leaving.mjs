import { constants } from 'node:os';
import { endChildren } from './child.mjs';

/** As a terminal and as `npm run` say that it is enough. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Cleans up once, whether the work is done, fails, or is broken off by a signal; in that case nothing else is said any more.
 *
 * @param {() => Promise<unknown>} work
 * @param {() => Promise<unknown>} cleanUp
 */
export async function leavingClean(work, cleanUp) {
  let cleaning;
  let isBrokenOff = false;
  const clean = () => {
    cleaning ??= cleanUp();
    return cleaning;
  };
  const breakOff = async (signal) => {
    // A terminal tells every process, and npm hands it on: it comes twice.
    if (isBrokenOff) return;
    isBrokenOff = true;
    // What is being measured fails now, in many places.
    for (const failure of ['uncaughtException', 'unhandledRejection']) process.on(failure, () => {});
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    console.error('broken off');
    endChildren();
    await clean().catch(() => {});
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, breakOff);
  try {
    await work();
  } catch (error) {
    if (!isBrokenOff) throw error;
  } finally {
    await clean();
    // The exit code is the signal's.
    if (isBrokenOff) await new Promise(() => {});
    for (const signal of SIGNALS) process.off(signal, breakOff);
  }
}
