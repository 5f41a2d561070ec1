import { spawn } from 'node:child_process';
import { Failure } from './failure.mjs';
import { startProgress } from './progress.mjs';
import { ROOT } from './repository.mjs';

/**
 * Runs a command in the repository with progress and without its output, which is shown only when it fails.
 *
 * @param {{ what: string, command: string, args: string[], missing?: string }} options `what` in the form "installing
 *   dependencies"; `missing` is the line to end with when the command itself does not exist
 */
export async function runQuietly({ what, command, args, missing }) {
  const progress = startProgress(what);
  try {
    await run(command, args);
    progress.end('done');
  } catch (error) {
    progress.end('failed');
    if (error.code === 'ENOENT' && missing !== undefined) throw new Failure(missing);
    if (error.output !== undefined) process.stderr.write(error.output);
    throw new Failure(`${what} failed: ${error.message}`);
  }
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      const error = new Error(signal === null ? `exit code ${code}` : `ended by ${signal}`);
      reject(Object.assign(error, { output: Buffer.concat(chunks) }));
    });
  });
}
