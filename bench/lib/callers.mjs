/**
 * So many callers at once, each beginning anew when its call is done, for some milliseconds. The time ends with the last
 * call that was begun within them.
 *
 * @param {() => Promise<unknown>} call
 * @param {{ atOnce: number, milliseconds: number }} load
 * @returns {Promise<number>} calls per second
 */
export async function callsPerSecond(call, { atOnce, milliseconds }) {
  const start = performance.now();
  let calls = 0;
  const caller = async () => {
    while (performance.now() - start < milliseconds) {
      await call();
      calls++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return calls / ((performance.now() - start) / 1000);
}

/** So many calls in all by so many callers at once. */
export async function callTimes(times, atOnce, call) {
  let left = times;
  const caller = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: Math.min(times, atOnce) }, caller));
}
