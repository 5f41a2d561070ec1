import { parseArgs } from 'node:util';
import { instead } from '../nearest-option.js';
import { COMMON_OPTIONS, type Command, type OptionDeclaration } from './command.js';
import { UsageError } from './failures.js';

type Values = ReturnType<typeof parseArgs>['values'];

/** The options and positional arguments of one call. */
export class Arguments {
  constructor(
    private readonly values: Values,
    readonly positionals: readonly string[],
  ) {}

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** @throws {UsageError} when it is absent */
  required(name: string, why: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw new UsageError(`--${name} is needed: ${why}`);
    return value;
  }

  /** Every value of an option that may be repeated. */
  list(name: string): readonly string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** @throws {UsageError} when it is not a whole number in the range */
  wholeNumber(name: string, fallback: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}`);
  }

  /** `NAME=VALUE` of an option that may be repeated. @throws {UsageError} for another form */
  pairs(name: string): Record<string, string> {
    return Object.fromEntries(
      this.list(name).map((text) => {
        const equals = text.indexOf('=');
        if (equals < 1) throw new UsageError(`--${name} must have the form NAME=VALUE`);
        return [text.slice(0, equals), text.slice(equals + 1)];
      }),
    );
  }

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }
}

/** @throws {UsageError} for an option that the command does not have, or arguments too many or too few */
export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const options = { ...command.options, ...COMMON_OPTIONS };
  const { values, positionals } = parsed(argv, options);
  const args = new Arguments(values, positionals);
  if (args.flag('help')) return args;
  const { min, max, name = 'argument' } = command.positionals;
  if (positionals.length < min) throw new UsageError(`<${name}> is missing`);
  if (positionals.length > max) {
    throw new UsageError(`unexpected argument "${positionals[max]}"; quote values that hold spaces, "&" or "{"`);
  }
  return args;
}

function parsed(argv: readonly string[], declared: Readonly<Record<string, OptionDeclaration>>) {
  const options = Object.entries(declared).map(([name, { type, multiple = false, short }]) => {
    return [name, { type, multiple, ...(short === undefined ? {} : { short }) }] as const;
  });
  try {
    return parseArgs({ args: [...argv], options: Object.fromEntries(options), allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new UsageError(message.replaceAll('\n', ' '));
    // Node's own message repeats the whole argument, which may be `--secret=...`.
    const option = /'(-{1,2}[A-Za-z0-9-]*)/.exec(message)?.[1] ?? 'an option';
    if (option === '--secret') {
      throw new UsageError(
        'a secret on the command line would stay in the shell history and the process list; use --secret-env NAME or --secret-file FILE',
      );
    }
    const known = Object.keys(declared).map((name) => `--${name}`);
    throw new UsageError(`unknown option ${option}; ${instead(option, known)}`);
  }
}
