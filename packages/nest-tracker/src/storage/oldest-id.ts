import { createId } from '@tallyback/protocol';

/** Not larger than any id made at this time or later, and larger than every id made before. Milliseconds of the epoch. */
export function oldestId(time: number): string {
  return `${createId(Math.max(0, time)).slice(0, 10)}${'0'.repeat(16)}`;
}
