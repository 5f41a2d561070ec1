import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. Node's own `mkdirSync(path, { recursive: true })` never returns where the system
 * says "no such file" although the parent is there, as Linux does below `/proc`: then nobody would ever hear that the
 * queue, or any other file below it, cannot be opened.
 *
 * @throws what the system says, when the folder is not there afterwards
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // Whatever it says of one that is there (a disk that is read-only, folders above that are not ours) does not matter.
    if (isFolder(path)) return;
    const parent = dirname(path);
    // The root of a drive that is not there (Windows) is its own parent.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path || isFolder(parent)) throw error;
    makeFolder(parent);
    makeFolder(path);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
