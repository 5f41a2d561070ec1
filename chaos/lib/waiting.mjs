import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

/**
 * Asks again and again until the answer is yes.
 *
 * @param {() => unknown} isSo may be asynchronous and may throw, which counts as no
 * @param {{ what: string, withinMs: number, everyMs?: number }} how
 * @throws {Error} that names `what` when the time is over, with the last thing that was thrown
 */
export async function until(isSo, { what, withinMs, everyMs = 100 }) {
  const end = performance.now() + withinMs;
  for (let last; ; await sleep(everyMs)) {
    try {
      if (await isSo()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() < end) continue;
    throw new Error(`${what} did not happen within ${Math.round(withinMs / 1000)} s${last ? `: ${last.message}` : ''}`);
  }
}
