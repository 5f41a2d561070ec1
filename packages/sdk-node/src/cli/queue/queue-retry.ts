import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { CHOICE_OPTIONS, choiceOf, handleDeadLetters } from './dead-letters.js';
import { PATH_OPTION, withQueueFile } from './queue-file.js';

/** `tallyback queue retry` */
export const queueRetry: Command = {
  name: 'queue retry',
  summary: 'Put dead letters back into the queue, after their cause is mended',
  usage: '<id>... | --all [--destination NAME] [--path FILE]',
  about: `They are due at once, under the same id, with the whole retry schedule ahead. They are sent by the process that
delivers from the file: when it runs, within half a minute; else at its next start. A dead letter without a body (its
conversion could not be written for the destination) has nothing to send and stays dead.`,
  options: { ...PATH_OPTION, ...CHOICE_OPTIONS },
  positionals: { min: 0, max: 1000, name: 'id' },
  examples: ['tallyback queue retry 01k5...', 'tallyback queue retry --all --destination house'],
  exits: { ok: 'all of them were put back', failed: 'some were not: unknown, not dead, or without a body' },
  run(context) {
    const { json, terminal, now } = context;
    const ids = choiceOf(context.args);
    return withQueueFile(context, async ({ queue }) => {
      const act = (some: readonly string[]) => queue.replay(some, now());
      const { done, left, interrupted } = await handleDeadLetters(queue, ids, context, { verb: 'put back', act });
      if (json) terminal.print(JSON.stringify({ retried: done, left, interrupted }));
      else {
        terminal.print(`${done} put back${interrupted ? ', then interrupted' : ''}`);
        if (left > 0) terminal.print(terminal.paint('yellow', `${left} not: unknown, not dead, or without a body`));
      }
      return left === 0 && !interrupted ? EXIT.ok : EXIT.failed;
    });
  },
};
