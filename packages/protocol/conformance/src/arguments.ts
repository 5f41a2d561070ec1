import { parseArgs } from 'node:util';

/** The command line was not understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An option as it is declared: with a value, unless it is a flag. */
export type Declarations = Readonly<Record<string, 'text' | 'list' | 'flag'>>;

/** The options of one call. */
export class Arguments {
  readonly #values: ReturnType<typeof parseArgs>['values'];

  /** @throws {UsageError} for an option that there is not, or words that are none */
  constructor(argv: readonly string[], declared: Declarations) {
    const options = Object.entries(declared).map(([name, kind]) => {
      return [name, { type: kind === 'flag' ? 'boolean' : 'string', multiple: kind === 'list' }] as const;
    });
    try {
      this.#values = parseArgs({ args: [...argv], options: Object.fromEntries(options), strict: true }).values;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!code.startsWith('ERR_PARSE_ARGS')) throw error;
      // Node's own message repeats the argument, which may be a secret.
      const option = /'(-{1,2}[A-Za-z0-9-]*)/.exec((error as Error).message)?.[1];
      if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
        const isFlag = declared[option?.slice(2) ?? ''] === 'flag';
        throw new UsageError(`${option ?? 'an option'} ${isFlag ? 'takes no value' : 'needs a value'}`);
      }
      const known = Object.keys(declared).map((name) => `--${name}`);
      throw new UsageError(`${option ?? 'an argument'} is not understood; known here: ${known.join(', ')}`);
    }
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** @throws {UsageError} when it is absent */
  required(name: string, why: string): string {
    const value = this.text(name);
    if (value === undefined) throw new UsageError(`--${name} is needed: ${why}`);
    return value;
  }

  /** @throws {UsageError} when it is not a whole number in the range */
  wholeNumber(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}`);
  }

  /**
   * A secret, by `--NAME` or from the environment variable that `--NAME-env` names.
   *
   * @throws {UsageError} when the variable is empty
   */
  secret(name: string, env: NodeJS.ProcessEnv): string | undefined {
    const variable = this.text(`${name}-env`);
    if (variable === undefined) return this.text(name);
    const value = env[variable];
    if (value) return value;
    throw new UsageError(`--${name}-env: the environment variable ${variable} is empty`);
  }
}
