import { setTimeout as sleep } from 'node:timers/promises';

const ATTEMPTS = 25;
const PAUSE_MS = 20;

/**
 * Runs a SQLite transaction again when another process's commit came between its first read and its first write. SQLite
 * refuses that at once, whatever the busy timeout, because to wait would not help: what was read is out of date.
 */
export async function whileBusy<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === ATTEMPTS || !isBusy(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
  return (driverError?.code ?? code ?? '').startsWith('SQLITE_BUSY');
}
