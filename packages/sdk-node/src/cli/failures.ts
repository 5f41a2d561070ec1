/** The command line cannot be understood: exit code 2, with the way to the help. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}

/** The command was understood but could not do its work: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    /** For scripts, with `--json`. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What an unknown error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
