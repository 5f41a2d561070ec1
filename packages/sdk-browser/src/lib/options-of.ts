import type { Options } from '../types.js';

/** The data attributes of a script tag. */
export type Data = Readonly<Record<string, string | undefined>>;

/** The words of an attribute, separated by commas or space; undefined when it has none. */
export const wordsOf = (text?: string): string[] | undefined => text?.match(/[^\s,]+/g) || undefined;

/**
 * The settings of `init()` in a script tag. What is absent or makes no sense is left to the defaults, but for a slip of
 * the pen in the word for consent: then nothing is stored until a clear word comes.
 */
export function optionsOf(data: Data): Options {
  return {
    ...(data as Options),
    params: wordsOf(data.params),
    window: Math.max(0, +(data.window as string)) || undefined,
    keep: Math.max(0, +(data.keep as string)) || undefined,
    cookie: data.cookie !== 'off' && { name: data.cookieName, domain: data.cookieDomain },
    storage: data.storage !== 'off',
  };
}
