import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository, with a trailing separator. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Absolute path of a file or folder of the repository. */
export function inRepository(path) {
  return `${ROOT}${path}`;
}

/** A JSON file of the repository, or undefined when there is none (or only a torn one). */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(inRepository(path), 'utf8'));
  } catch {
    return undefined;
  }
}
