import { EnvironmentError } from './environment.js';

/** One line (or one for each wrong variable) that says why the tracker did not start and what to change. */
export function describeStartFailure(error: unknown, { host, port }: { host: string; port: number }): string {
  if (error instanceof EnvironmentError) return error.message;
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is in use: choose another one with PORT`;
  if (code === 'EACCES') return `port ${port} needs rights that this user lacks: choose one above 1023 with PORT`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST ${host} is not an address of this machine`;
  if (name === 'CatalogError') return `SEED: ${message}`;
  return `the tracker could not start: ${message || code || String(error)}`;
}
