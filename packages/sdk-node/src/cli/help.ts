import { indent } from '../printable.js';
import { VERSION } from '../version.js';
import { COMMON_OPTIONS, type Command, type OptionDeclaration } from './command.js';
import { table } from './table.js';
import type { Terminal } from './terminal.js';

/** The help of one command. */
export function commandHelp(command: Command, { paint }: Terminal): string {
  const options = Object.entries<OptionDeclaration>({ ...command.options, ...COMMON_OPTIONS });
  const { ok, failed } = command.exits;
  const parts = [
    `${command.summary}\n`,
    `${paint('bold', 'Usage')}\n  tallyback ${command.name} ${command.usage}`.trimEnd(),
    ...(command.about === undefined ? [] : [`\n${command.about}`]),
    `\n${paint('bold', 'Options')}\n${indent(table(options.map(([name, option]) => [written(name, option), option.about])))}`,
    `\n${paint('bold', 'Examples')}\n${command.examples.map((example) => `  ${example}`).join('\n')}`,
    `\n${paint('bold', 'Exit codes')}\n  0  ${ok}\n  1  ${failed}\n  2  the command line was not understood`,
  ];
  return parts.join('\n');
}

/** The help of the program, or of a group such as `queue`. */
export function overview(commands: readonly Command[], { paint }: Terminal, group = ''): string {
  const title = `tallyback ${VERSION}: keys, templates, test conversions and the queue of @tallyback/sdk-node`;
  const usage = `tallyback ${group === '' ? '<command>' : `${group} <command>`} [options]`;
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return [
    `${title}\n`,
    `${paint('bold', 'Usage')}\n  ${usage}\n`,
    `${paint('bold', 'Commands')}\n${indent(table(rows))}\n`,
    `tallyback <command> --help tells more. Every command takes --json. NO_COLOR turns colours off.`,
  ].join('\n');
}

function written(name: string, { type, value, multiple, short }: OptionDeclaration): string {
  if (type === 'boolean') return short === undefined ? `--${name}` : `-${short}, --${name}`;
  return `--${name} ${value ?? 'TEXT'}${multiple === true ? ' ...' : ''}`;
}
