import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './repository.mjs';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs Node on `args` in the repository as if it had been called itself: same input and output, signals passed on.
 *
 * @returns {Promise<number>} its exit code, 128 + the signal's number when a signal ended it
 */
export function passThrough(args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env });
    const forward = (signal) => child.kill(signal);
    for (const signal of FORWARDED) process.on(signal, forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
