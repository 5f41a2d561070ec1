/** Waits for work, but not longer than so many milliseconds; whether the work has ended by then its own code knows. */
export async function inTime(patienceMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    // A process that was stopped, or busy for long, finds the answer waiting: that is read before it is given up.
    timer = setTimeout(() => setImmediate(resolve), patienceMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
