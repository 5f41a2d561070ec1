import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Failure } from '../setup/failure.mjs';
import { ROOT } from '../setup/repository.mjs';

const KEPT_LINES = 12;
const STOP_PATIENCE_MS = 15_000;
const END_WITH_PARENT = new URL('./end-with-parent.mjs', import.meta.url).href;

/** One of the applications that `npm start` runs, as a child process. */
export class Service {
  #child;
  #lines = [];
  #ended;
  #stopping = false;
  #onLine = () => {};

  /**
   * @param {string} name as it is shown
   * @param {string} file what Node runs, relative to the repository
   * @param {Record<string, string>} env added to the own environment
   */
  constructor(name, file, env) {
    this.name = name;
    this.#child = spawn(process.execPath, ['--import', END_WITH_PARENT, file], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Out of the terminal's reach: Ctrl-C goes to the parent alone, which stops its services in order.
      detached: process.platform !== 'win32',
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#keep(line));
    }
  }

  /** Resolves with the URL that the service prints when it is ready; rejects with its last lines when it ends before. */
  async ready() {
    const pattern = new RegExp(`^${this.name} ready at (\\S+)$`);
    const seen = new Promise((resolve) => {
      const look = (line) => {
        const url = pattern.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      };
      this.#lines.forEach(look);
      this.#onLine = look;
    });
    return Promise.race([seen, this.failure()]);
  }

  /** From now on shows what the service prints, each line after its name. */
  follow() {
    this.#onLine = (line) => console.log(`[${this.name}] ${line}`);
  }

  /** Rejects with the service's last lines when it ends without having been asked to. */
  async failure() {
    const [code, signal] = await this.#ended;
    if (this.#stopping) return new Promise(() => {});
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    throw new Failure([`the ${this.name} ended by itself (${how}); its last lines:`, ...this.#lines].join('\n'));
  }

  /** Asks the service to finish and waits for it; one that does not within 15 seconds is killed. */
  async stop() {
    this.#stopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_PATIENCE_MS);
    this.#child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(killer);
  }

  #keep(line) {
    this.#lines = [...this.#lines, line].slice(-KEPT_LINES);
    this.#onLine(line);
  }
}
