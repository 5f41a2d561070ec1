import type { Touch } from '../types.js';

/** Was this text written by us? Whatever else has our name belongs to somebody else and stays as it is. */
export function isOurs(text: string): boolean {
  return /^at=\d+&/.test(text);
}

/**
 * One query string per touch, oldest first, joined by `|`: safe in a cookie, easy to read on a server, open for more
 * fields. The cookie goes with every request and does without landing and referrer. No touch: ''.
 */
export function encode(touches: readonly Touch[], full = false): string {
  return touches
    .map(({ at, param, id, ...more }) => new URLSearchParams({ at: `${at}`, param, id, ...(full && more) }))
    .join('|');
}

/** The touches in a text of ours; a damaged one comes out without a time or an id that anybody would accept. */
export function decode(text: string): Touch[] {
  return text.split('|').map((row) => {
    const fields = Object.fromEntries(new URLSearchParams(row));
    return { ...fields, at: Number(fields.at) } as Touch;
  });
}
