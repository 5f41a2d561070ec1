import type { NativeWork } from './native-work.js';

/**
 * Longer than any statement waits for another process (`busy_timeout`). No exit takes longer because of it: before Node ends
 * the process it waits for its threads, however long each is in native code.
 */
const PATIENCE_MS = 10_000;

const guarded = new Set<NativeWork>();

/** Nothing that a listener of the host's asks for now could be answered any more. */
function standStill(): void {
  for (const work of guarded) work.halt();
  for (const work of guarded) work.waitUntilIdle(PATIENCE_MS);
}

/**
 * Lets the process end only between the native work of a thread, however it ends: by itself, with `process.exit()` or with an
 * error that nobody caught. One listener for all threads, and none when there is none.
 *
 * @returns call it when the thread is gone
 */
export function guardExit(work: NativeWork): () => void {
  // First, as a listener that calls process.exit() is the last one.
  if (guarded.size === 0) process.prependListener('exit', standStill);
  guarded.add(work);
  return () => {
    if (guarded.delete(work) && guarded.size === 0) process.off('exit', standStill);
  };
}

/** Before a thread is terminated while the process lives on. */
export function halt(work: NativeWork): void {
  work.halt();
  work.waitUntilIdle(PATIENCE_MS);
}
