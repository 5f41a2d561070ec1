import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe } from '@jest/globals';
import { freePort } from '../../../../scripts/net/free-ports.js';

const found = spawnSync('redis-server', ['--version']).status === 0;

/** Skips what it describes on a machine without Redis; the title says so and what to do. */
export function describeWithRedis(title: string, tests: () => void): void {
  if (found) describe(title, tests);
  else describe.skip(`${title} (needs redis-server on the PATH; e.g. apt-get install redis-server)`, tests);
}

/** A Redis server of a test's own on a free port of the loopback, its files in a folder that is removed at the end. */
export class RedisServer {
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: readonly string[],
  ) {}

  static async start(...settings: string[]): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'tallyback-redis-'));
    const server = new RedisServer(await freePort(), folder, settings);
    await server.resume();
    return server;
  }

  /** Starts it (again) on the same port and files. */
  async resume(): Promise<void> {
    const fixed = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''];
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];
    const child = spawn('redis-server', [...fixed, ...durable, ...this.settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('Ready to accept connections')) break;
    }
    child.stdout.resume();
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Ends it at once, as a crash would; the files stay. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
