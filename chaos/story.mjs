import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { statesOf } from './driver/orders.mjs';
import { formatMinor } from './lib/money.mjs';

/** More lines of a kind than this are only counted. */
const MOST_LINES = 12;
const MOST_LENGTH = 400;
const COLORS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/**
 * Everything that is known of some orders, for somebody who has never seen this town: what each was to become, what is wrong,
 * what happened when, what every book says, and what the processes printed of it.
 *
 * @param {readonly string[]} subjects transaction ids
 * @returns {Promise<Map<string, string[]>>} lines by subject
 */
export async function storiesOf(subjects, differences, { chronicle, evidence, inbound, log }) {
  const known = subjects.map((tx) => ({ tx, books: booksOn(tx, evidence, inbound), printed: [] }));
  await collectPrinted(known, log);
  return new Map(
    known.map(({ tx, books, printed }) => [
      tx,
      [
        `the story of ${tx}`,
        ...part('what its buyer wanted', wanted(evidence.record.orders.get(tx))),
        ...part(
          'what is wrong',
          differences.filter(([subject]) => subject === tx).map(([, what]) => what),
        ),
        ...part('what happened', chronicle.story(tx)),
        ...Object.entries(books).flatMap(([book, rows]) =>
          part(
            book,
            rows.map((row) => JSON.stringify(row)),
          ),
        ),
        ...part('what the processes printed of it', printed),
      ],
    ]),
  );
}

function wanted(order) {
  if (!order) return ['nothing: nobody has placed this order'];
  const { campaign, currency, event, hasClick, isDirect, placedTwice } = order;
  const came = isDirect ? 'through its landing page' : 'by a redirect';
  const states = statesOf(order, order.updates.length).map(
    ({ status, revenue, payout }) =>
      `${status} (${formatMinor(revenue, currency)}, pays ${formatMinor(payout, currency)})`,
  );
  return [
    `a ${event} in ${currency}, ${hasClick ? `from campaign ${campaign}, ${came}` : 'without a click'}${placedTwice ? ', placed twice at once' : ''}`,
    states.join(', then '),
  ];
}

function booksOn(tx, { journal, identities, clicks, conversions, ledger, outbound, told }, inbound) {
  const own = conversions.filter((row) => row.transaction_id === tx);
  const ids = new Set(own.map(({ id }) => id));
  return {
    "the shop's journal": journal.filter((row) => row.tx === tx),
    "the shop's queue": identities.filter((row) => row.transaction_id === tx),
    'clicks of the tracker': clicks.filter((row) => row.sub1 === tx),
    'what came to the tracker, and what it answered': inbound.filter((row) => row.transaction_id === tx),
    'conversions of the tracker (minor units)': own,
    'its ledger': ledger.filter((row) => ids.has(row.conversion_id)),
    'what it had to tell partners': outbound.filter((row) => ids.has(row.conversion_id)),
    'what they heard': told.filter((row) => row.tx === tx),
  };
}

/** Lines that name an order, or a row or a message of it. */
async function collectPrinted(known, log) {
  const places = new Map();
  for (const { tx, books, printed } of known) {
    const ids = JSON.stringify(books).match(/\b[0-7][0-9a-hjkmnp-tv-z]{25}\b/g) ?? [];
    for (const id of [tx, ...ids]) places.set(id, printed);
  }
  for await (const line of createInterface({ input: createReadStream(log) })) {
    const words = line.match(/\border-\d+\b|\b[0-7][0-9a-hjkmnp-tv-z]{25}\b/g) ?? [];
    for (const printed of new Set(words.map((word) => places.get(word)))) printed?.push(line.replace(COLORS, ''));
  }
}

function part(title, lines) {
  if (lines.length === 0) return [`  ${title}: nothing`];
  const short = repeatsCounted(lines.map(shorten));
  const shown = short.slice(0, MOST_LINES).map((line) => `    ${line}`);
  const more = short.length > MOST_LINES ? [`    … and ${short.length - MOST_LINES} more lines`] : [];
  return [`  ${title}:`, ...shown, ...more];
}

function repeatsCounted(lines) {
  const counts = new Map();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} (${count} times)`));
}

/** One line of what may be several. */
export function shorten(text) {
  const line = text.replaceAll(/\s*\n\s*/g, ' ');
  return line.length > MOST_LENGTH ? `${line.slice(0, MOST_LENGTH)} …` : line;
}
