import fs from 'node:fs';
import { jest } from '@jest/globals';

type Done = (error: NodeJS.ErrnoException | null) => void;

/** Stands between this process and its disk: a flush that was asked for ends when a test says so. */
export class Disk {
  private readonly waiting: { fd: number; done: Done }[] = [];
  private readonly flush = fs.fdatasync;
  private readonly spy = jest.spyOn(fs, 'fdatasync').mockImplementation((fd, done) => {
    this.waiting.push({ fd, done });
  });

  /** Resolves when somebody waits for the disk. */
  async asked(count = 1): Promise<void> {
    while (this.waiting.length < count) await new Promise(setImmediate);
  }

  /** Lets every flush so far happen. */
  release(): void {
    for (const { fd, done } of this.waiting.splice(0)) this.flush(fd, done);
  }

  /** Lets the first flush fail, and the others so far happen. */
  fail(): void {
    const error = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });
    this.waiting.shift()?.done(error);
    this.release();
  }

  /** Takes no part any more. */
  leave(): void {
    this.spy.mockRestore();
    this.release();
  }
}
