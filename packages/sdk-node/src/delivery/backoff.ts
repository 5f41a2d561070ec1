const MAX_BACKOFF_MS = 30_000;

/** How long to leave a queue alone that failed so many times in a row, in milliseconds. */
export function backoff(failures: number): number {
  return Math.min(1_000 * 2 ** (failures - 1), MAX_BACKOFF_MS);
}
