import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { cp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PIECE = Buffer.alloc(2 ** 16);

/** What a queue needs before its first order: its log, and as much again while that is taken over into the file. */
const BASE_MEBIBYTES = 32;
/** What is known of an order for ever, and what waits while the tracker is away. */
const BYTES_PER_ORDER = 1024;

/** How large a disk is that holds so many orders and has not much room beside. */
export function mebibytesFor(orders) {
  return BASE_MEBIBYTES + Math.ceil((orders * BYTES_PER_ORDER) / 2 ** 20);
}

/** Takes a mounted folder off; nothing happens to one that is not. */
export async function unmount(path) {
  if (process.platform !== 'linux') return;
  const isMounted = readFileSync('/proc/self/mounts', 'utf8').includes(` ${path} `);
  if (isMounted) await run('umount', ['-l', path]);
}

/**
 * A folder with a disk of its own that can be filled up. That takes a mount, so only root on Linux has it; elsewhere it is
 * a plain folder and {@link isLimited} says so.
 */
export class QuotaFolder {
  isLimited = false;
  #filler;
  #bytes;

  constructor(path, mebibytes) {
    this.path = path;
    this.#filler = join(path, 'filler');
    this.#bytes = mebibytes * 2 ** 20;
  }

  async open() {
    mkdirSync(this.path, { recursive: true });
    if (process.platform !== 'linux' || process.getuid() !== 0) return;
    this.isLimited = await run('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${this.#bytes}`,
      'tallyback-chaos',
      this.path,
    ]).then(
      () => true,
      () => false,
    );
  }

  /** Takes all the room that is left. On no account of another disk, when this one is being taken off meanwhile. */
  async fill() {
    if (!this.isLimited) return;
    const file = await open(this.#filler, 'w');
    try {
      for (let written = 0; written < this.#bytes && this.isLimited; )
        written += (await file.write(PIECE)).bytesWritten;
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
  }

  async free() {
    await rm(this.#filler, { force: true });
  }

  /** What is on a disk of its own goes with it. */
  async copyTo(path) {
    if (this.isLimited) await cp(this.path, path, { recursive: true });
  }

  async close() {
    if (!this.isLimited) return;
    this.isLimited = false;
    await unmount(this.path);
  }
}
