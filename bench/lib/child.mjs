import { fork } from 'node:child_process';

const running = new Set();
let isOver = false;

/** Ends every process that was started here and still runs, at once; no other starts any more. */
export function endChildren() {
  isOver = true;
  for (const child of running) child.kill('SIGKILL');
}

/** Starts a server in a process of its own and waits until it says where it listens. */
export async function startServer(file, env = {}) {
  const child = forkServer(file, env);
  const { url } = await firstMessage(file, child);
  return {
    pid: child.pid,
    url,
    stop: () =>
      new Promise((ended) => {
        if (!running.has(child)) ended();
        child.once('exit', ended);
        child.kill('SIGTERM');
      }),
  };
}

/** Starts a process, gives it its work, and resolves with its answer when it has ended. */
export async function ask(file, work) {
  const child = forkServer(file);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.send(work);
  const answer = await firstMessage(file, child);
  await ended;
  return answer;
}

function forkServer(file, env = {}) {
  if (isOver) throw new Error(`${file} is not started: the run was broken off`);
  const child = fork(new URL(`../servers/${file}`, import.meta.url), { env: { ...process.env, ...env } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function firstMessage(file, child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it answered`)));
    child.once('message', resolve);
  });
}
