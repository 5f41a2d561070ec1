import type { WireFailure } from './wire.js';

/** Failures of one statement's own data; every other one is about the storage as a whole. */
export function isWhole(error: unknown): boolean {
  return !/^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE|ERROR)/.test(codeOf(error));
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

export function failure(error: unknown): WireFailure {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === '' ? { failed: message } : { failed: message, code };
}
