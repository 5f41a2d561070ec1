import { attempt } from './attempt.js';

/**
 * Listens to a consent platform of the IAB, which puts a function on the window when it likes to: it is looked for ten
 * times a second, for a limited time.
 *
 * @param version what this function wants between the command and the callback
 * @returns a function that ends it
 */
export function listen<T>(
  name: string,
  version: readonly number[],
  timeout = 10_000,
  hear: (data: T) => void,
): () => void {
  let tries = timeout / 100;
  const look = () => {
    const api = (globalThis as unknown as Record<string, (...args: unknown[]) => void>)[name];
    const heard = (data: T, ok: boolean) => ok && tries > -1 && hear(data);
    if (api) attempt(() => api('addEventListener', ...version, heard));
    else if (globalThis.document && tries-- > 0) setTimeout(look, 100);
  };
  look();
  return () => {
    tries = -1;
  };
}
