import { fork } from 'node:child_process';

/** Starts a server in a process of its own and waits until it says where it listens. */
export function startServer(file, env = {}) {
  return new Promise((resolve, reject) => {
    const child = fork(new URL(`../servers/${file}`, import.meta.url), { env: { ...process.env, ...env } });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it was ready`)));
    child.once('message', ({ url }) => {
      resolve({
        url,
        stop: () =>
          new Promise((ended) => {
            child.once('exit', ended);
            child.kill('SIGTERM');
          }),
      });
    });
  });
}
