import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { sleep, until } from '../lib/waiting.mjs';

export const PRELOAD = new URL('../processes/preload.mjs', import.meta.url).href;
/** Beside the output: who has lived here. */
export const PROCESSES = 'processes';
const RESTART_MS = 250;
const KEPT_LINES = 12;
const STOP_WITHIN_MS = 20_000;

/** A process of the run, with a supervisor as every real one has: whenever it ends it is started again. */
export class Actor {
  #file;
  #env;
  #log;
  #child;
  #lines = [];
  #wanted = false;
  #ready = false;
  #delayMs = RESTART_MS;
  #lives = 0;
  /** How it ended when nobody had asked it to: each one is a fault of its own. */
  collapses = [];

  /**
   * @param {{ name: string, file: string, env: Record<string, string>, log: string }} what `log`: a file for its output
   */
  constructor({ name, file, env, log }) {
    this.name = name;
    this.#file = file;
    this.#env = env;
    this.#log = log;
  }

  get pid() {
    return this.#child?.pid;
  }

  get isReady() {
    return this.#ready;
  }

  /** One line for whoever wants to know why nothing happens. */
  get state() {
    if (this.#ready) return `${this.name} serves`;
    return `${this.name} is not there${this.#lines.length > 0 ? `; its last words: ${this.#lines.at(-1)}` : ''}`;
  }

  async start() {
    this.#wanted = true;
    if (!this.#child) this.#spawn();
    await this.ready();
  }

  async ready(withinMs = 60_000) {
    await until(() => this.#ready, { what: `the start of ${this.name}`, withinMs, everyMs: 20 }).catch((error) => {
      throw new Error([error.message, ...this.#lines].join('\n'));
    });
  }

  /** SIGKILL; starts again after `downMs`. */
  kill(downMs) {
    if (!this.#child) return false;
    this.#delayMs = downMs;
    this.#child.isKilled = true;
    return this.#child.kill('SIGKILL');
  }

  /** Stands still for `ms`, as a machine that swaps or a container that is frozen. */
  async freeze(ms) {
    const child = this.#child;
    if (!child?.kill('SIGSTOP')) return;
    await sleep(ms);
    child.kill('SIGCONT');
  }

  /** Ends as an operator ends it. @returns the exit code, 0 when it knew how to */
  async stop() {
    this.#wanted = false;
    const child = this.#child;
    if (!child) return 0;
    child.isKilled = true;
    // Not "exit": that may have been before now, as when a terminal's Ctrl-C reaches all processes.
    const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    const code = await ended;
    clearTimeout(killer);
    return code;
  }

  #spawn() {
    const child = spawn(process.execPath, ['--import', PRELOAD, this.#file], {
      env: {
        ...process.env,
        ...this.#env,
        CHAOS_NAME: this.name,
        CHAOS_LIFE: String(++this.#lives),
        NODE_OPTIONS: '--unhandled-rejections=strict',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.#ready = false;
    appendFileSync(join(dirname(this.#log), PROCESSES), `${child.pid}\n`);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#heard(child, line));
    }
    child.once('close', (code, signal) => this.#ended(child, code ?? signal));
  }

  #heard(child, line) {
    appendFileSync(this.#log, `${new Date().toISOString()} ${this.name} ${line}\n`);
    this.#lines = [...this.#lines, line].slice(-KEPT_LINES);
    if (child === this.#child && line.startsWith(`${this.name.replace(/-\d$/, '')} ready`)) this.#ready = true;
  }

  #ended(child, how) {
    appendFileSync(this.#log, `${new Date().toISOString()} ${this.name} ended: ${how}\n`);
    // Before it is ready it may give up, as a tracker does whose database is away: the supervisor's next try helps.
    if (!child.isKilled && this.#ready) this.collapses.push({ how, lines: [...this.#lines] });
    this.#child = undefined;
    this.#ready = false;
    const delay = this.#delayMs;
    this.#delayMs = RESTART_MS;
    if (!this.#wanted) return;
    setTimeout(() => {
      if (this.#wanted && !this.#child) this.#spawn();
    }, delay);
  }
}
