import { readFileSync } from 'node:fs';

/**
 * Reads a catalog file. Whether what is in it makes sense is the module's to say.
 *
 * @throws Error whose message goes on after the name of the variable: "has to ..."
 */
export function readSeed(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`names a file that cannot be read: ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text around the fault, which may be a secret.
    throw new Error(`names a file that is not JSON: ${path}`);
  }
}
