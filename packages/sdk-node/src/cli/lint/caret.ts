import { printable } from '../../printable.js';

/** A place in a text, in UTF-16 code units. */
export interface Place {
  readonly index: number;
  readonly length: number;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
const zero = /[\p{M}\u200b-\u200d]/u;

/**
 * Two lines: the text around a place and a row of carets below it. A text wider than `columns` is cut on both sides, so that
 * the terminal does not wrap it and the carets stay where they belong.
 */
export function caretLines(source: string, { index, length }: Place, columns: number): [string, string] {
  const room = Math.max(20, columns);
  const end = Math.min(source.length, index + length);
  let from = 0;
  let to = source.length;
  if (width(source) > room) {
    // The place stands in the middle, with what precedes it rather than what follows when there is not room for both.
    from = Math.max(0, Math.min(index - Math.floor(room / 2), source.length - room + 1));
    to = Math.min(source.length, from + room - 2);
  }
  const before = `${from > 0 ? '…' : ''}${source.slice(from, index)}`;
  const marked = source.slice(index, Math.min(end, to));
  const after = `${source.slice(Math.min(end, to), Math.max(to, index))}${to < source.length ? '…' : ''}`;
  const carets = '^'.repeat(Math.max(1, width(marked)));
  return [printable(before + marked + after), ' '.repeat(width(before)) + carets];
}

/** How many columns a terminal takes for a text. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += zero.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}
