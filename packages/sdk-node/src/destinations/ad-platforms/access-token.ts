import { ConfigurationError } from '../../errors.js';

/** A token, or a function that gives the current one before every request. It is never stored with a delivery. */
export type AccessToken = string | (() => string | Promise<string>);

/** @internal A function that gives the token; @throws {ConfigurationError} when there is none */
export function tokenSource(option: string, token: AccessToken | undefined): () => Promise<string> {
  if (typeof token === 'function') {
    return async () => {
      const current = await token();
      if (usable(current)) return current;
      throw new Error(`the function given as ${option} returned no token`);
    };
  }
  if (!usable(token)) {
    const detail = 'is missing; pass the token, usually from an environment variable, and check that it is set';
    throw new ConfigurationError(option, detail);
  }
  return () => Promise.resolve(token);
}

/** @internal What can be blanked out of logs. */
export function knownSecrets(token: AccessToken | undefined): string[] {
  return typeof token === 'string' ? [token] : [];
}

/** Printable ASCII only: it stands in a header or a query. */
function usable(token: unknown): token is string {
  return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token);
}
