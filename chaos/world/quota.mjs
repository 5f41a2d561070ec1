import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PIECE = Buffer.alloc(2 ** 16);

/**
 * A folder with a disk of its own that can be filled up. That takes a mount, so only root on Linux has it; elsewhere it is
 * a plain folder and {@link isLimited} says so.
 */
export class QuotaFolder {
  isLimited = false;
  #filler;
  #size;

  constructor(path, mebibytes) {
    this.path = path;
    this.#filler = join(path, 'filler');
    this.#size = `size=${mebibytes}m`;
  }

  async open() {
    mkdirSync(this.path, { recursive: true });
    if (process.platform !== 'linux' || process.getuid() !== 0) return;
    this.isLimited = await run('mount', ['-t', 'tmpfs', '-o', this.#size, 'tallyback-chaos', this.path]).then(
      () => true,
      () => false,
    );
  }

  /** Takes all the room that is left. */
  async fill() {
    const file = await open(this.#filler, 'w');
    try {
      for (;;) await file.write(PIECE);
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
  }

  async free() {
    await rm(this.#filler, { force: true });
  }

  async close() {
    if (this.isLimited) await run('umount', ['-l', this.path]);
    this.isLimited = false;
  }
}
