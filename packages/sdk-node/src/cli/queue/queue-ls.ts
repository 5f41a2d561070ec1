import type { DeliveryState } from '../../queue/queue.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { UsageError } from '../failures.js';
import { PATH_OPTION, withQueueFile } from './queue-file.js';
import { deliveryJson, deliveryLines, summaryJson, summaryTable } from './shown.js';
import { readSummary } from './summary.js';

const STATES: Readonly<Record<string, DeliveryState>> = { pending: 'pending', 'in-flight': 'inFlight', dead: 'dead' };

/** `tallyback queue ls` */
export const queueLs: Command = {
  name: 'queue ls',
  summary: 'What is waiting in a queue file: counts for each destination, then the oldest deliveries',
  usage: '[--path FILE] [--state pending|in-flight|dead] [--destination NAME] [--limit N]',
  about:
    'Delivered messages are no longer in the queue. Bodies are shown only with --body: they hold data of customers.',
  options: {
    ...PATH_OPTION,
    state: { type: 'string', value: 'STATE', about: 'only pending, in-flight or dead ones' },
    destination: { type: 'string', value: 'NAME', about: 'only of this destination' },
    limit: { type: 'string', value: 'N', about: 'how many deliveries (default: 20)' },
    cursor: { type: 'string', value: 'CURSOR', about: '"next" of the page before' },
    body: { type: 'boolean', about: 'with --json: the bodies, too' },
  },
  positionals: { min: 0, max: 0 },
  examples: [
    'tallyback queue ls',
    'tallyback queue ls --path var/tallyback.db --state dead --destination house',
    'tallyback queue ls --limit 1000 --json',
  ],
  exits: { ok: 'listed (also when nothing waits)', failed: 'the file cannot be used' },
  run(context) {
    const { args, json, terminal, now } = context;
    const limit = args.wholeNumber('limit', 20, 0, 10_000);
    const filter = {
      ...stateOf(args.text('state')),
      ...given('destination', args.text('destination')),
      ...cursorOf(args.text('cursor')),
    };
    return withQueueFile(context, async ({ path, queue }) => {
      const summary = readSummary(path);
      const { items, next } = limit === 0 ? { items: [] } : await queue.list({ ...filter, limit });
      if (json) {
        const deliveries = items.map((item) => deliveryJson(item, args.flag('body')));
        terminal.print(JSON.stringify({ path, ...summaryJson(summary), deliveries, ...given('next', next) }));
        return EXIT.ok;
      }
      terminal.print(summaryTable(summary, now(), terminal));
      for (const item of items) terminal.print(`\n${deliveryLines(item, now(), terminal)}`);
      if (next !== undefined) terminal.remark(`\nThere may be more: --cursor ${next}, or --limit`);
      return EXIT.ok;
    });
  },
};

function stateOf(text: string | undefined): { state?: DeliveryState } {
  if (text === undefined) return {};
  const state = Object.hasOwn(STATES, text) ? STATES[text] : undefined;
  if (state) return { state };
  throw new UsageError(`--state must be one of ${Object.keys(STATES).join(', ')}`);
}

function cursorOf(cursor: string | undefined): { cursor?: string } {
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) {
    throw new UsageError('--cursor must be the "next" of an earlier page');
  }
  return given('cursor', cursor);
}

function given<Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [key in Name]?: string };
}
