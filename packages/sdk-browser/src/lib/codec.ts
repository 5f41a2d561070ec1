import type { Touch } from '../types.js';

/** Was this text written by us? Whatever else has our name belongs to somebody else and stays as it is. */
export function isOurs(text: string): boolean {
  return /^at=\d+&/.test(text);
}

/**
 * One query string per touch, oldest first, joined by `|`: safe in a cookie, easy to read on a server, open for more
 * fields. No touch: ''.
 */
export function encode(touches: readonly Touch[]): string {
  // The constructor turns the time into text itself.
  return touches.map((touch) => new URLSearchParams(touch as unknown as Record<string, string>)).join('|');
}

/** The touches in a text of ours; a damaged one comes out without a time or an id that anybody would accept. */
export function decode(text: string): Touch[] {
  // `at=` and 13 digits: the milliseconds of any day until the year 2286.
  return text
    .split('|')
    .map((row) => ({ ...Object.fromEntries(new URLSearchParams(row)), at: +row.slice(3, 16) }) as Touch);
}
