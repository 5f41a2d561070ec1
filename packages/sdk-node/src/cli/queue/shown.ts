import { cut, indent, printable, printableLines } from '../../printable.js';
import type { QueuedDelivery } from '../../queue/queue.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';
import { iso, seenFrom } from '../times.js';
import type { Summary } from './summary.js';

/** What is waiting, for people: a row for each destination. */
export function summaryTable({ destinations }: Summary, now: number, { paint }: Terminal): string {
  if (destinations.length === 0) return paint('green', 'nothing is waiting: everything was delivered');
  const rows = destinations.map(({ destination, pending, inFlight, dead, oldest, nextDue }) => [
    printable(destination),
    `${pending}`,
    `${inFlight}`,
    `${dead}`,
    seenFrom(now, oldest),
    nextDue === null ? '-' : nextDue <= now ? 'now' : seenFrom(now, nextDue),
  ]);
  const head = ['destination', 'pending', 'in flight', 'dead', 'oldest', 'next'];
  return table([head, ...rows], ['left', 'right', 'right', 'right', 'right', 'right']);
}

/** The same for scripts: times as RFC 3339. */
export function summaryJson({ destinations, accepted }: Summary): Record<string, unknown> {
  const readable = destinations.map((one) => ({
    ...one,
    oldest: iso(one.oldest),
    nextDue: one.nextDue === null ? null : iso(one.nextDue),
  }));
  return { destinations: readable, accepted };
}

/** One delivery, for people: what it is, and what was answered last. */
export function deliveryLines(delivery: QueuedDelivery, now: number, terminal: Terminal): string {
  const [said = ''] = (delivery.answer ?? '').split('\n');
  const head = headLines(delivery, now, terminal);
  if (said === '') return head;
  return `${head}\n  ${terminal.paint('dim', cut(printable(said), terminal.columns - 2))}`;
}

/** One delivery with everything: body and whole answer, too. */
export function deliveryInFull(delivery: QueuedDelivery, now: number, terminal: Terminal): string {
  const { answer = '', body } = delivery;
  const { paint } = terminal;
  return [
    headLines(delivery, now, terminal),
    paint('bold', '  last answer'),
    indent(answer === '' ? '(none)' : printableLines(answer), 4),
    paint('bold', '  body'),
    indent(body === '' ? '(none: it could not be made)' : printableLines(body), 4),
  ].join('\n');
}

function headLines(delivery: QueuedDelivery, now: number, { paint }: Terminal): string {
  const { id, destination, event, transactionId, state, attempts, createdAt, dueAt } = delivery;
  const look = state === 'dead' ? 'red' : state === 'inFlight' ? 'cyan' : 'yellow';
  const what = printable(`${destination}  ${event} ${transactionId}`);
  const times = `accepted ${seenFrom(now, createdAt)}, ${attempts} attempt${attempts === 1 ? '' : 's'}`;
  const next = state === 'pending' ? `, ${nextTry(dueAt, now)}` : '';
  return `${id}  ${paint(look, WORDS[state])}  ${what}\n  ${times}${next}`;
}

/** The same for scripts. @param withBody bodies hold what the shop knows about its customers, so they are left out unless asked for */
export function deliveryJson(delivery: QueuedDelivery, withBody: boolean): Record<string, unknown> {
  const { createdAt, dueAt, body, ...rest } = delivery;
  return {
    ...rest,
    createdAt: iso(createdAt),
    ...(dueAt === undefined ? {} : { dueAt: iso(dueAt) }),
    ...(withBody ? { body } : {}),
  };
}

const WORDS = { pending: 'pending', inFlight: 'in flight', dead: 'dead' } as const;

function nextTry(dueAt: number | undefined, now: number): string {
  if (dueAt === undefined) return 'waits for an earlier message of its transaction';
  return dueAt <= now ? 'due now' : `next ${seenFrom(now, dueAt)}`;
}
