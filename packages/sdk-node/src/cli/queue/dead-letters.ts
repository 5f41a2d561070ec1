import type { Queue, QueuedDelivery } from '../../queue/queue.js';
import type { CommandContext, OptionDeclaration } from '../command.js';
import { UsageError } from '../failures.js';

/** Which dead letters. */
export const CHOICE_OPTIONS = {
  all: { type: 'boolean', about: 'every dead letter (with --destination: every one of it)' },
  destination: { type: 'string', value: 'NAME', about: 'only of this destination' },
} as const satisfies Record<string, OptionDeclaration>;

const PAGE = 500;

/** Every dead letter, page by page, so that a long list never stands in memory as a whole. */
export async function* deadLetters(queue: Queue, destination?: string): AsyncGenerator<readonly QueuedDelivery[]> {
  let cursor: string | undefined;
  do {
    const { items, next } = await queue.list({
      state: 'dead',
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
      ...(destination === undefined ? {} : { destination }),
    });
    if (items.length > 0) yield items;
    cursor = next;
  } while (cursor !== undefined);
}

/** What became of the chosen dead letters. */
export interface Handled {
  readonly done: number;
  /** Those to which it could not be done. */
  readonly left: number;
  /** The user has ended it before it was through with all of them. */
  readonly interrupted: boolean;
}

/**
 * The ids that were named; none stands for all of them.
 *
 * @throws {UsageError} when neither ids nor `--all` are given, or both
 */
export function choiceOf(args: CommandContext['args']): readonly string[] {
  const { positionals } = args;
  if (positionals.length === 0 && !args.flag('all')) throw new UsageError('name the ids, or give --all');
  if (positionals.length > 0 && (args.flag('all') || args.has('destination'))) {
    throw new UsageError('give ids, or --all (which --destination narrows), not both');
  }
  return [...new Set(positionals)];
}

/** Does something to the dead letters that {@link choiceOf} gave, telling how far it is. */
export async function handleDeadLetters(
  queue: Queue,
  ids: readonly string[],
  { args, terminal, signal }: CommandContext,
  { verb, act }: { readonly verb: string; readonly act: (ids: readonly string[]) => Promise<number> },
): Promise<Handled> {
  if (ids.length > 0) {
    const handled = await act(ids);
    return { done: handled, left: ids.length - handled, interrupted: false };
  }
  let [done, left, interrupted] = [0, 0, false];
  for await (const page of deadLetters(queue, args.text('destination'))) {
    interrupted = signal.aborted;
    if (interrupted) break;
    const handled = await act(page.map(({ id }) => id));
    done += handled;
    left += page.length - handled;
    terminal.progress(`${done} ${verb} ...`);
  }
  terminal.progress('');
  return { done, left, interrupted };
}
