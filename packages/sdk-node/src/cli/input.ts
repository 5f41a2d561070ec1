import { readFile } from 'node:fs/promises';
import { CommandError } from './failures.js';

/** @throws {CommandError} when it cannot be read; `-` is standard input */
export async function readInput(path: string): Promise<Buffer> {
  try {
    if (path !== '-') return await readFile(path);
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Buffer));
    return Buffer.concat(chunks);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw new CommandError('unreadable', `${path === '-' ? 'standard input' : path} cannot be read: ${why}`, {
      cause: error,
    });
  }
}
