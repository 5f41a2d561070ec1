import { instead } from '../nearest-option.js';
import { printableLines } from '../printable.js';
import { VERSION } from '../version.js';
import { readArguments } from './arguments.js';
import type { Command, CommandContext } from './command.js';
import { commands } from './commands.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { messageOf, UsageError } from './failures.js';
import { commandHelp, overview } from './help.js';
import type { Terminal } from './terminal.js';

/** What the process gives to the program. */
export type Surroundings = Pick<CommandContext, 'env' | 'now' | 'signal' | 'terminal'>;

/** Runs one call of the program; never rejects. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  if (argv[0] === 'help') return run([...argv.slice(1), '--help'], surroundings);
  const { terminal } = surroundings;
  const json = argv.includes('--json');
  const found = find(argv);
  try {
    if (!('command' in found)) return general(argv, found.group, terminal);
    const { command, rest } = found;
    const args = readArguments(command, rest);
    if (args.flag('help')) {
      terminal.print(commandHelp(command, terminal));
      return EXIT.ok;
    }
    return await command.run({ ...surroundings, args, json });
  } catch (error) {
    terminal.progress('');
    report(error, json, terminal, 'command' in found ? found.command.name : found.group);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

type Found = { readonly command: Command; readonly rest: readonly string[] } | { readonly group: string };

/** A name has one or two words, which stand first: `keys new`. */
function find(argv: readonly string[]): Found {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    const command = commands.find((one) => one.name === name);
    if (command) return { command, rest: argv.slice(words) };
  }
  const [first = ''] = argv;
  return { group: commands.some(({ name }) => name.startsWith(`${first} `)) ? first : '' };
}

/** What is left when no command was named: help, version, or a mistake. */
function general(argv: readonly string[], group: string, terminal: Terminal): ExitCode {
  if (group === '' && argv[0] === '--version') {
    terminal.print(argv.includes('--json') ? JSON.stringify({ version: VERSION }) : VERSION);
    return EXIT.ok;
  }
  const offered = group === '' ? commands : commands.filter(({ name }) => name.startsWith(`${group} `));
  const wrong = (group === '' ? argv : argv.slice(1)).find((word) => !word.startsWith('-'));
  if (wrong !== undefined) {
    const named = group === '' ? wrong : `${group} ${wrong}`;
    const known = offered.map(({ name }) => name);
    throw new UsageError(`unknown command "${named}"; ${instead(named, known)}`);
  }
  const text = overview(offered, terminal, group);
  if (argv.includes('--help') || argv.includes('-h')) {
    terminal.print(text);
    return EXIT.ok;
  }
  throw new UsageError(`no command is given\n\n${text}`);
}

function report(error: unknown, json: boolean, terminal: Terminal, name: string): void {
  const message = messageOf(error);
  if (json) {
    const code = (error as { code?: unknown } | null)?.code;
    terminal.print(JSON.stringify({ error: { code: typeof code === 'string' ? code : 'failed', message } }));
    return;
  }
  terminal.remark(`tallyback${name === '' ? '' : ` ${name}`}: ${printableLines(message)}`);
  if (error instanceof UsageError && name !== '') terminal.remark(`tallyback ${name} --help tells more.`);
}
