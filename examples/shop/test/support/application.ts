import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The repository, where the commands and the built examples are. */
export const ROOT = join(__dirname, '../../../..');

/** How a process ended and all that it said. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
}

/** A built example (or another script of the repository) as a real process. */
export class Application {
  readonly #child: ChildProcess;
  readonly #closed: Promise<Ending>;
  #output = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv, cwd = ROOT) {
    this.#child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, NODE_OPTIONS: '--unhandled-rejections=strict', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
        this.#child.emit('said');
      });
    }
    this.#closed = once(this.#child, 'close').then(([code, signal]) => ({ code, signal, output: this.#output }));
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits for a line that matches and answers with its first group; rejects when the process ends without it. */
  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match[1] ?? match[0];
      const ended = await Promise.race([once(this.#child, 'said').then(() => undefined), this.#closed]);
      if (ended !== undefined && !pattern.test(this.#output)) {
        throw new Error(`ended with ${ended.signal ?? ended.code} before it said ${pattern}:\n${this.#output}`);
      }
    }
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    this.#child.kill(signal);
    return this.#closed;
  }

  /** Waits until the process ends by itself. */
  async ended(): Promise<Ending> {
    return this.#closed;
  }
}
