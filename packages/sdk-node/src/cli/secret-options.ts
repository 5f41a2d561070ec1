import type { CommandContext, OptionDeclaration } from './command.js';
import { CommandError } from './failures.js';
import { readInput } from './input.js';

/** Where secrets come from: never from the command line itself, which other users can read in the process list. */
export const SECRET_OPTIONS = {
  'secret-env': {
    type: 'string',
    multiple: true,
    value: 'NAME',
    about: 'environment variable with the secret (default: TALLYBACK_SECRET)',
  },
  'secret-file': {
    type: 'string',
    multiple: true,
    value: 'FILE',
    about: 'file with the secret, one per line; "-" is standard input',
  },
} as const satisfies Record<string, OptionDeclaration>;

const DEFAULT_ENV = 'TALLYBACK_SECRET';

/**
 * Every secret that was named; of none, the one in `TALLYBACK_SECRET`; of that neither, an empty list.
 *
 * @param options `fallback`: whether `TALLYBACK_SECRET` counts, default true
 *
 * @throws {CommandError} for a variable that is not set or a file that cannot be read
 */
export async function readSecrets(
  { args, env }: Pick<CommandContext, 'args' | 'env'>,
  { fallback = true } = {},
): Promise<string[]> {
  const names = args.list('secret-env');
  const files = args.list('secret-file');
  if (names.length === 0 && files.length === 0) return fallback && env[DEFAULT_ENV] ? [env[DEFAULT_ENV]] : [];
  const secrets = names.map((name) => variable(name, env));
  for (const file of files) {
    const lines = (await readInput(file)).toString('utf8').split(/\r?\n/);
    const found = lines.map((line) => line.trim()).filter((line) => line !== '');
    if (found.length === 0) throw new CommandError('secret_missing', `${file} is empty`);
    secrets.push(...found);
  }
  return secrets;
}

/** @throws {CommandError} when it is not set */
export function variable(name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name];
  if (value) return value;
  // A name that is no name may well be the secret itself, given to the wrong option.
  const shown = /^[A-Z_][A-Z0-9_]{0,63}$/.test(name) ? `the environment variable ${name}` : 'that environment variable';
  throw new CommandError('secret_missing', `${shown} is not set`);
}
