import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ADMIN_TOKEN } from './start-tracker.js';

const SCRIPT = fileURLToPath(new URL('../children/tracker.mjs', import.meta.url));

/** A tracker in a process of its own. */
export interface TrackerProcess {
  readonly url: string;
  stop(): Promise<void>;
  /** SIGKILL: nothing is finished, nothing is closed. */
  kill(): Promise<void>;
}

/** Starts the built tracker with these options in a process of its own; `adapter` beside them, Fastify where it is not said. */
export async function startTrackerProcess(options: object): Promise<TrackerProcess> {
  const env = { ...process.env, TRACKER_OPTIONS: JSON.stringify({ adminToken: ADMIN_TOKEN, ...options }) };
  const child = fork(SCRIPT, { env, execArgv: ['--unhandled-rejections=strict'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { url } = await new Promise<{ url: string }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { url: string }));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The tracker's process ended with ${code}.`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
