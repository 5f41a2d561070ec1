import { setTimeout as wait } from 'node:timers/promises';
import { printable } from '../../printable.js';
import type { Command, CommandContext } from '../command.js';
import { EXIT } from '../exit-code.js';
import { iso } from '../times.js';
import { PATH_OPTION, withQueueFile } from './queue-file.js';
import { summaryJson, summaryTable } from './shown.js';
import { type Summary, SummaryReader } from './summary.js';

/** `tallyback queue watch` */
export const queueWatch: Command = {
  name: 'queue watch',
  summary: 'Watch a queue file: what waits, what comes, what goes',
  usage: '[--path FILE] [--interval SECONDS] [--count N]',
  about: `On a terminal the picture is drawn anew; else every look is printed below the one before, with --json as one line.
Ctrl-C ends it.`,
  options: {
    ...PATH_OPTION,
    interval: { type: 'string', value: 'SECONDS', about: 'between two looks (default: 2)' },
    count: { type: 'string', value: 'N', about: 'end after so many looks (default: never)' },
  },
  positionals: { min: 0, max: 0 },
  examples: ['tallyback queue watch --path var/tallyback.db', 'tallyback queue watch --json --count 10 --interval 60'],
  exits: { ok: 'ended by you or --count', failed: 'the file cannot be used' },
  run(context) {
    const { args, signal } = context;
    const intervalMs = args.wholeNumber('interval', 2, 1, 86_400) * 1000;
    const count = args.wholeNumber('count', 0, 1, 1_000_000_000) || Number.POSITIVE_INFINITY;
    return withQueueFile(context, async ({ path }) => {
      const reader = new SummaryReader(path);
      try {
        let before: Summary | undefined;
        for (let look = 1; !signal.aborted; look++) {
          const summary = reader.read();
          show(path, summary, before, context);
          before = summary;
          if (look >= count) break;
          await pause(intervalMs, signal);
        }
      } finally {
        reader.close();
      }
      return EXIT.ok;
    });
  },
};

function show(path: string, summary: Summary, before: Summary | undefined, context: CommandContext): void {
  const { json, terminal, now } = context;
  const changes = before && changesSince(before, summary);
  if (json) {
    terminal.print(JSON.stringify({ at: iso(now()), ...summaryJson(summary), ...(changes ? { changes } : {}) }));
    return;
  }
  terminal.clear();
  const moved = changes ? `   +${changes.accepted} accepted, -${changes.gone} delivered or discarded` : '';
  terminal.print(`${terminal.paint('dim', `${iso(now())}  ${printable(path)}${moved}`)}\n`);
  terminal.print(`${summaryTable(summary, now(), terminal)}\n`);
}

/** What came and what went between two looks. */
function changesSince(before: Summary, now: Summary): { accepted: number; gone: number } {
  const accepted = now.accepted - before.accepted;
  return { accepted, gone: accepted - (waiting(now) - waiting(before)) };
}

function waiting({ destinations }: Summary): number {
  return destinations.reduce((sum, { pending, inFlight, dead }) => sum + pending + inFlight + dead, 0);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch (error) {
    // The user has ended it.
    if (!signal.aborted) throw error;
  }
}
