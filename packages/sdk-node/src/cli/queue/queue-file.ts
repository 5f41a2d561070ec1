import { existsSync } from 'node:fs';
import type { Queue } from '../../queue/queue.js';
import { sqliteQueue } from '../../sqlite.js';
import type { CommandContext, OptionDeclaration } from '../command.js';
import { CommandError } from '../failures.js';

const DEFAULT_PATH = 'var/tallyback.db';

/** Which queue file. */
export const PATH_OPTION = {
  path: { type: 'string', value: 'FILE', about: `the queue file of sqliteQueue() (default: ${DEFAULT_PATH})` },
} as const satisfies Record<string, OptionDeclaration>;

/** An open queue file. */
export interface QueueFile {
  readonly path: string;
  readonly queue: Queue;
}

/**
 * Opens the queue file for as long as `work` takes. The processes that deliver from it go on meanwhile.
 *
 * @throws {CommandError} when there is no such file, QueueUnavailableError when it cannot be used
 */
export async function withQueueFile<Result>(
  { args }: Pick<CommandContext, 'args'>,
  work: (file: QueueFile) => Promise<Result>,
): Promise<Result> {
  const path = args.text('path') ?? DEFAULT_PATH;
  // The queue would make a fresh one, which would look like nothing was waiting.
  if (!existsSync(path)) {
    throw new CommandError('queue_missing', `there is no queue file ${path}; name the one of your shop with --path`);
  }
  const queue = sqliteQueue({ path });
  try {
    await queue.open();
    return await work({ path, queue });
  } finally {
    await queue.close();
  }
}
