import { UsageError } from './arguments.js';
import { receiverCommand } from './receiver/command.js';
import type { Output } from './report.js';
import { senderCommand } from './sender/command.js';
import { USAGE } from './usage.js';

/** What the shell is told: everything passed, something failed, the command line was not understood. */
export type ExitCode = 0 | 1 | 2;

/** What a call of the command depends on. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly out: Output;
  /** Ends the sender's half early; what has come by then is judged. */
  readonly signal: AbortSignal;
}

/** Runs `tallyback-conformance` with its arguments. */
export async function run([kit, ...argv]: readonly string[], { env, out, signal }: Surroundings): Promise<ExitCode> {
  const asked = [kit, ...argv].some((word) => word === '--help' || word === '-h');
  if (asked || kit === 'help' || kit === undefined) {
    out.print(USAGE);
    return kit === undefined ? 2 : 0;
  }
  try {
    if (kit === 'receiver') return (await receiverCommand(argv, env, out)) ? 0 : 1;
    if (kit === 'sender') return (await senderCommand(argv, env, out, signal)) ? 0 : 1;
    throw new UsageError(`there is no "${kit.slice(0, 40)}": judge a receiver or a sender`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    out.remark(`tallyback-conformance: ${error.message}`);
    return 2;
  }
}
