import { createId } from '@tallyback/protocol';

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Ids in the order they are made in: those of one millisecond have none of their own, and a conversion's story is read
 * in the order of its entries' ids. For one process; nothing is promised between several.
 */
export class OrderedIds {
  private last = '';

  /** @param at Epoch milliseconds; an id is made for a later moment when ids of that one were made already. */
  next(at: number): string {
    const id = createId(at);
    this.last = id > this.last ? id : successorOf(this.last);
    return this.last;
  }
}

/** The next id in order. */
export function successorOf(id: string): string {
  let end = id.length - 1;
  while (id[end] === 'z') end--;
  const digit = DIGITS[DIGITS.indexOf(id[end] as string) + 1] as string;
  return id.slice(0, end) + digit + '0'.repeat(id.length - end - 1);
}
