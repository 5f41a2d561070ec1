/** Resolves after so many calls of `done`; rejects at the first call of `failed`. */
export function countdown(calls) {
  let resolve;
  let reject;
  const finished = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // A failure may come while nobody waits yet.
  finished.catch(() => {});
  return {
    finished,
    done() {
      if (--calls === 0) resolve();
    },
    failed: (error) => reject(error),
  };
}
