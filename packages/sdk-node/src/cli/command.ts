import type { Arguments } from './arguments.js';
import type { ExitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';

/** An option of a command, as `--help` shows it and `parseArgs` reads it. */
export interface OptionDeclaration {
  readonly type: 'string' | 'boolean';
  /** One letter for it. */
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** What the value is, in capitals: `FILE`. */
  readonly value?: string;
  readonly about: string;
}

/** What a command works with. */
export interface CommandContext {
  readonly args: Arguments;
  readonly terminal: Terminal;
  /** Whether the result is to be one JSON document. */
  readonly json: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborted when the user wants it to end (Ctrl-C). */
  readonly signal: AbortSignal;
}

/** One command: its help and its work. */
export interface Command {
  /** As typed: `keys new`. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What follows the name: `<template> [--network NAME]`. */
  readonly usage: string;
  /** Paragraphs below the usage. */
  readonly about?: string;
  readonly options: Readonly<Record<string, OptionDeclaration>>;
  /** How many arguments beside options it takes. */
  readonly positionals: { readonly min: number; readonly max: number; readonly name?: string };
  readonly examples: readonly string[];
  /** What its exit codes 0 and 1 mean. */
  readonly exits: { readonly ok: string; readonly failed: string };
  /**
   * @throws {UsageError} when the arguments make no sense together
   * @throws {CommandError} when it cannot do its work
   */
  run(context: CommandContext): Promise<ExitCode>;
}

/** Options of every command. */
export const COMMON_OPTIONS = {
  json: { type: 'boolean', about: 'print one JSON document instead of text' },
  help: { type: 'boolean', short: 'h', about: 'show this help' },
} as const satisfies Record<string, OptionDeclaration>;
