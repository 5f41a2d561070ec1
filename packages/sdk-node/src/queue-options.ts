import { ConfigurationError } from './errors.js';
import { instead } from './nearest-option.js';

/** What an option must be: the test, and the words for one that fails it. */
export interface OptionRule {
  readonly fits: (value: unknown) => boolean;
  readonly wanted: string;
}

export const flag: OptionRule = { fits: (value) => typeof value === 'boolean', wanted: 'true or false' };
export const text: OptionRule = {
  fits: (value) => typeof value === 'string' && value !== '',
  wanted: 'a text that is not empty',
};
export const timeLimit: OptionRule = {
  // Beyond 2^31 - 1 Node's timers fire at once.
  fits: (value) => typeof value === 'number' && value >= 1 && value <= 2 ** 31 - 1,
  wanted: 'a number of milliseconds, at least 1',
};

/**
 * Options of a queue, which may be left out altogether, as each may be.
 *
 * @param maker as the user calls it, e.g. `sqliteQueue()`
 * @throws {ConfigurationError} naming the option that cannot work or that nobody would ever read
 */
export function checkQueueOptions<Options extends object>(
  maker: string,
  options: Options | undefined,
  rules: Readonly<Record<keyof Options & string, OptionRule>>,
): void {
  if (options === undefined) return;
  const known = Object.keys(rules);
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigurationError('options', `of ${maker} must be an object, with any of ${known.join(', ')}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      throw new ConfigurationError(name, `is not an option of ${maker}; ${instead(name, known)}`);
    }
    const { fits, wanted } = rules[name as keyof Options & string];
    if (value !== undefined && !fits(value)) throw new ConfigurationError(name, `must be ${wanted}`);
  }
}
