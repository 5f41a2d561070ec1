import { openSync, writeSync } from 'node:fs';

/**
 * Lines in a file that outlive SIGKILL: what was written before an answer left is there whatever becomes of the process.
 *
 * @param {string} path
 * @returns {(entry: object) => void}
 */
export function openJournal(path) {
  const file = openSync(path, 'a');
  return (entry) => {
    writeSync(file, `${JSON.stringify(entry)}\n`);
  };
}
