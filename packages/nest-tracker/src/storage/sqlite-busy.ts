import { setTimeout as sleep } from 'node:timers/promises';

/** How long another process may hold the write lock before a transaction is given up. */
const PATIENCE_MS = 5_000;
const PAUSE_MS = 20;

/**
 * Runs a SQLite transaction again while another process writes, or when its commit came between the first read and the
 * first write of ours. The pauses are ours, because SQLite's own waiting stops the event loop.
 */
export async function whileBusy<T>(transaction: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await transaction();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
  return (driverError?.code ?? code ?? '').startsWith('SQLITE_BUSY');
}
