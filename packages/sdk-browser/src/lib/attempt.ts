/** Runs what the browser may forbid (storage, cookies, odd URLs): a refusal becomes the fallback. */
export function attempt<T, F = undefined>(run: () => T, fallback?: F): T | F {
  try {
    return run();
  } catch {
    return fallback as F;
  }
}
