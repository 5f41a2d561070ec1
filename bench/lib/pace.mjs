/**
 * Calls at an even rate, however late the timer fires: what is overdue is made up for.
 *
 * @returns {() => Promise<void>} stops; resolves when every call is done, and rejects with the first one's failure
 */
export function pace(perSecond, call) {
  const start = performance.now();
  const running = new Set();
  let failure;
  let made = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
    for (; made < due; made++) {
      const one = call().catch((error) => {
        failure ??= error;
      });
      running.add(one);
      void one.then(() => running.delete(one));
    }
  }, 1);
  return async () => {
    clearInterval(timer);
    await Promise.all(running);
    if (failure) throw failure;
  };
}
