import type { Queue, QueuedDelivery } from '../../queue/queue.js';
import type { Command, CommandContext } from '../command.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { UsageError } from '../failures.js';
import { CHOICE_OPTIONS, choiceOf, deadLetters, handleDeadLetters } from './dead-letters.js';
import { PATH_OPTION, withQueueFile } from './queue-file.js';
import { deliveryInFull, deliveryJson, deliveryLines } from './shown.js';

/** `tallyback queue dead` */
export const queueDead: Command = {
  name: 'queue dead',
  summary: 'List dead letters with the last answer, show one in full, or discard them',
  usage: '[<id>...] [--discard [--all]] [--destination NAME] [--path FILE]',
  about: `Without ids: a list. With ids: each in full, with its body, which may hold data of customers. With --discard they are
deleted for good: those conversions are never delivered. What waited behind one of them may go then.`,
  options: {
    ...PATH_OPTION,
    ...CHOICE_OPTIONS,
    discard: { type: 'boolean', about: 'delete for good those that are named (or --all)' },
    limit: { type: 'string', value: 'N', about: 'how many are listed (default: 50)' },
  },
  positionals: { min: 0, max: 1000, name: 'id' },
  examples: [
    'tallyback queue dead --destination house',
    'tallyback queue dead 01k5...',
    'tallyback queue dead --discard 01k5... 01k6...',
  ],
  exits: { ok: 'done (also when there are none)', failed: 'an id is unknown or not dead, or the file cannot be used' },
  run(context) {
    const { args } = context;
    if (args.flag('all') && !args.flag('discard'))
      throw new UsageError('--all goes with --discard; the list needs none');
    const discarded = args.flag('discard') ? choiceOf(args) : undefined;
    return withQueueFile(context, ({ queue }) => {
      if (discarded) return discard(queue, discarded, context);
      return args.positionals.length > 0 ? show(queue, context) : list(queue, context);
    });
  },
};

async function discard(queue: Queue, ids: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { json, terminal } = context;
  const act = (some: readonly string[]) => queue.discard(some);
  const { done, left, interrupted } = await handleDeadLetters(queue, ids, context, { verb: 'discarded', act });
  if (json) terminal.print(JSON.stringify({ discarded: done, left, interrupted }));
  else {
    terminal.print(`${done} discarded${interrupted ? ', then interrupted' : ''}`);
    if (left > 0) terminal.print(terminal.paint('yellow', `${left} not: unknown, or not dead`));
  }
  return left === 0 && !interrupted ? EXIT.ok : EXIT.failed;
}

async function show(queue: Queue, { args, json, terminal, now }: CommandContext): Promise<ExitCode> {
  const wanted = new Set(args.positionals);
  const found: QueuedDelivery[] = [];
  for await (const page of deadLetters(queue, args.text('destination'))) {
    found.push(...page.filter(({ id }) => wanted.has(id)));
    if (found.length === wanted.size) break;
    terminal.progress('searching ...');
  }
  terminal.progress('');
  for (const { id } of found) wanted.delete(id);
  const unknown = [...wanted];
  if (json) terminal.print(JSON.stringify({ deliveries: found.map((one) => deliveryJson(one, true)), unknown }));
  else {
    for (const one of found) terminal.print(`${deliveryInFull(one, now(), terminal)}\n`);
    for (const id of unknown) terminal.remark(`${id}: there is no such dead letter`);
  }
  return unknown.length === 0 ? EXIT.ok : EXIT.failed;
}

async function list(queue: Queue, { args, json, terminal, now }: CommandContext): Promise<ExitCode> {
  const limit = args.wholeNumber('limit', 50, 1, 10_000);
  const destination = args.text('destination');
  const { items, next } = await queue.list({
    state: 'dead',
    limit,
    ...(destination === undefined ? {} : { destination }),
  });
  if (json) {
    const deliveries = items.map((item) => deliveryJson(item, false));
    terminal.print(JSON.stringify({ deliveries, ...(next === undefined ? {} : { next }) }));
    return EXIT.ok;
  }
  if (items.length === 0) terminal.print(terminal.paint('green', 'no dead letters'));
  for (const item of items) terminal.print(`${deliveryLines(item, now(), terminal)}\n`);
  if (next !== undefined) terminal.remark('There may be more: raise --limit.');
  return EXIT.ok;
}
